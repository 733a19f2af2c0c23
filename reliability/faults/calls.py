"""What goes wrong between the service and AWS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecs_emulator.experiments.record import CheckResult
from reliability.fault_injection_proxy import FaultInjectionProxy
from reliability.faults.environment import FaultEnvironment
from reliability.faults.fault import Play
from reliability.faults.looks import look

# Seconds that a stop may take while CloudWatch hangs: 5 for the log, and the server's own end.
STOP = 8.0


def store_calls(faults: Mapping[str, float]) -> Play:
    """This happens to calls of the data store."""

    def play(ground: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
        return [_befallen(ground, ground.store, faults, seconds)]

    return play


def no_store(ground: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    with ground.store.away():
        ground.pass_time(seconds)
    return []


def no_logs(ground: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    with ground.logs.away():
        ground.pass_time(seconds)
    return []


def hung_logs(ground: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    """A task is started and stopped meanwhile."""
    ground.logs.set_faults({"silent": 1.0})
    before = ground.logs.happened["silent"]
    try:
        with ground.another_task() as task:
            began = ground.until(lambda: look(task.url, "/mysfits", task.name).told == "200", seconds + STOP)
            took = ground.stopped_within(task, 2 * STOP)
        ground.pass_time(seconds / 2)
    finally:
        ground.logs.reset()
    hung = ground.logs.happened["silent"] - before
    return [
        CheckResult(hung > 0, f"{hung:,} calls of CloudWatch hung."),
        CheckResult(
            began and took is not None and took <= STOP,
            f"A task that began meanwhile {'served' if began else 'did not serve'}, and "
            + ("did not stop." if took is None else f"stopped in {took:.1f} s."),
        ),
    ]


def _befallen(
    ground: FaultEnvironment, proxy: FaultInjectionProxy, faults: Mapping[str, float], seconds: float
) -> CheckResult:
    before = sum(proxy.happened[kind] for kind in faults)
    proxy.set_faults(faults)
    try:
        ground.pass_time(seconds)
    finally:
        proxy.reset()
    calls = sum(proxy.happened[kind] for kind in faults) - before
    return CheckResult(calls > 0, f"It befell {calls:,} calls.")
