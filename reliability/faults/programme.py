"""Programme of faults, in the order in which they are injected."""

from __future__ import annotations

from ecs_emulator.load.client import CLOSED, REFUSED, RESET
from reliability.faults.around import SLOW, jumping_clock, slow_at_task, slow_by_balancer
from reliability.faults.beneath import kill_envoy, kill_reaper
from reliability.faults.calls import hung_logs, no_logs, no_store, store_calls
from reliability.faults.fault import Fault, Tolerance
from reliability.faults.limits import full_disk, kill_worker, no_descriptors, no_memory
from reliability.faults.record import BAD_GATEWAY, NO_TARGET, TRY_AGAIN

NOTHING = Tolerance()
SAID_SO = Tolerance(frozenset({TRY_AGAIN}))
# One each that was under way.
ONE_EACH = Tolerance(frozenset({BAD_GATEWAY}), most=1.0, victim=True)

PROGRAMME = (
    Fault("store-refuses", "DynamoDB takes no connection", no_store, SAID_SO),
    Fault("store-slow", "DynamoDB answers a second late", store_calls({"slow": 1.0}), NOTHING),
    # Longer than the patience of a request, in which a like would outlast it.
    Fault("store-hung", "DynamoDB hangs; half of the calls land", store_calls({"hung": 0.5, "silent": 0.5}), SAID_SO,
          times=3.0),
    Fault("store-throttles", "DynamoDB throttles every call", store_calls({"throttled": 1.0}), SAID_SO),
    Fault("store-resets", "DynamoDB carries calls out, then resets the connection", store_calls({"dropped": 1.0}),
          SAID_SO),
    Fault("logs-gone", "CloudWatch Logs takes no connection", no_logs, NOTHING),
    Fault("logs-hung", "CloudWatch Logs hangs", hung_logs, NOTHING),
    Fault("worker-killed", "one of a task's two workers is killed", kill_worker, ONE_EACH),
    Fault("no-memory", "both workers of a task reach a limit of memory", no_memory,
          Tolerance(frozenset({BAD_GATEWAY, NO_TARGET}), victim=True)),
    Fault("disk-full", "no task can write into a file, and one more can print nothing", full_disk, NOTHING),
    Fault("clock-jumps", "the clock of all tasks jumps by ±10 minutes and ±1 day", jumping_clock, SAID_SO, times=2.0),
    Fault("no-descriptors", "the workers of a task have no file descriptor left", no_descriptors,
          Tolerance(frozenset({BAD_GATEWAY, NO_TARGET, TRY_AGAIN}), most=2.0, victim=True)),
    # Nobody answers before there is another.
    Fault("envoy-killed", "the load balancer's process is killed", kill_envoy,
          Tolerance(frozenset({CLOSED, REFUSED, RESET}))),
    Fault("keeper-killed", "the process that ends the others' is killed", kill_reaper, NOTHING),
    Fault("slow-clients", f"{SLOW:,} slow clients at the load balancer", slow_by_balancer, NOTHING),
    Fault("slow-clients-direct", f"{SLOW:,} slow clients at a task itself", slow_at_task, NOTHING),
)  # fmt: skip
