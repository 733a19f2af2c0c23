"""Faults between the service and AWS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecs_emulator.experiments.record import CheckResult
from reliability.fault_injection_proxy import FaultInjectionProxy
from reliability.faults.environment import FaultEnvironment
from reliability.faults.fault import Injection
from reliability.faults.looks import look

# Seconds that a stop may take while CloudWatch hangs: 5 for the log, and the server's own end.
STOP = 8.0


def store_calls(faults: Mapping[str, float]) -> Injection:
    """This happens to calls of the data store."""

    def inject(environment: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
        return [_injected(environment, environment.store, faults, seconds)]

    return inject


def no_store(environment: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    with environment.store.away():
        environment.pass_time(seconds)
    return []


def no_logs(environment: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    with environment.logs.away():
        environment.pass_time(seconds)
    return []


def hung_logs(environment: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    """A task is started and stopped meanwhile."""
    environment.logs.set_faults({"silent": 1.0})
    before = environment.logs.happened["silent"]
    try:
        with environment.another_task() as task:
            began = environment.until(lambda: look(task.url, "/mysfits", task.name).outcome == "200", seconds + STOP)
            took = environment.stopped_within(task, 2 * STOP)
        environment.pass_time(seconds / 2)
    finally:
        environment.logs.reset()
    hung = environment.logs.happened["silent"] - before
    return [
        CheckResult(hung > 0, f"{hung:,} calls of CloudWatch hung."),
        CheckResult(
            began and took is not None and took <= STOP,
            f"A task that began meanwhile {'served' if began else 'did not serve'}, and "
            + ("did not stop." if took is None else f"stopped in {took:.1f} s."),
        ),
    ]


def _injected(
    environment: FaultEnvironment, proxy: FaultInjectionProxy, faults: Mapping[str, float], seconds: float
) -> CheckResult:
    before = sum(proxy.happened[kind] for kind in faults)
    proxy.set_faults(faults)
    try:
        environment.pass_time(seconds)
    finally:
        proxy.reset()
    calls = sum(proxy.happened[kind] for kind in faults) - before
    return CheckResult(calls > 0, f"It was injected into {calls:,} calls.")
