"""What goes wrong between the service and AWS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecs_emulator.experiments.story import Finding
from reliability.faults.fault import Play
from reliability.faults.ground import Ground
from reliability.faults.looks import look
from reliability.unreliable import Unreliable

# Seconds that a stop may take while CloudWatch hangs: 5 for the log, and the server's own end.
STOP = 8.0


def store_calls(faults: Mapping[str, float]) -> Play:
    """This happens to calls of the data store."""

    def play(ground: Ground, seconds: float) -> Sequence[Finding]:
        return [_befallen(ground, ground.store, faults, seconds)]

    return play


def no_store(ground: Ground, seconds: float) -> Sequence[Finding]:
    with ground.store.away():
        ground.pass_time(seconds)
    return []


def no_logs(ground: Ground, seconds: float) -> Sequence[Finding]:
    with ground.logs.away():
        ground.pass_time(seconds)
    return []


def hung_logs(ground: Ground, seconds: float) -> Sequence[Finding]:
    """A task is started and stopped meanwhile."""
    ground.logs.set_faults({"silent": 1.0})
    before = ground.logs.happened["silent"]
    try:
        with ground.another_task() as task:
            began = ground.until(lambda: look(task.url, "/mysfits", task.name).told == "200", seconds + STOP)
            took = ground.stopped_within(task, 2 * STOP)
        ground.pass_time(seconds / 2)
    finally:
        ground.logs.heal()
    hung = ground.logs.happened["silent"] - before
    return [
        Finding(hung > 0, f"{hung:,} calls of CloudWatch hung."),
        Finding(
            began and took is not None and took <= STOP,
            f"A task that began meanwhile {'served' if began else 'did not serve'}, and "
            + ("did not stop." if took is None else f"stopped in {took:.1f} s."),
        ),
    ]


def _befallen(ground: Ground, proxy: Unreliable, faults: Mapping[str, float], seconds: float) -> Finding:
    before = sum(proxy.happened[kind] for kind in faults)
    proxy.set_faults(faults)
    try:
        ground.pass_time(seconds)
    finally:
        proxy.heal()
    calls = sum(proxy.happened[kind] for kind in faults) - before
    return Finding(calls > 0, f"It befell {calls:,} calls.")
