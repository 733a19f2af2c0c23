"""`unhealthy-target`: one task fails its health checks while it goes on serving, is taken out, and replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.record import CheckResult, Judge, Moment, RunRecord, only_late
from ecs_emulator.experiments.stage import Stage

UNDER_WAY = 1.0  # seconds that a request which is under way may take, on a busy machine


@dataclass(frozen=True)
class AccessLog:
    """Access log of the task itself after it had turned, as times (seconds since the epoch)."""

    failed_checks: Sequence[float]
    requests: Sequence[float]


def run(stage: Stage) -> Judge:
    revision = stage.faulty_revision("unhealthy-on-usr1")
    stage.update("a revision that can be told to turn unhealthy", taskDefinition=revision)
    stage.until_deployed(revision)
    check = stage.operator.health_check()
    with stage.visitors():
        victim = next(iter(stage.snapshot().running()))
        turned = stage.turn_unhealthy(victim)
        out = stage.until_target("unhealthy")
        stage.until_steady(without=[victim])
    requests = stage.operator.requests(victim, since=turned.at)
    log = AccessLog(
        [at for at, fields in requests if fields["path"] == check.path and fields.get("status") == 503],
        [at for at, fields in requests if fields["path"] != check.path],
    )
    interval = stage.clock.shortened(check.interval)
    return partial(judge, out=out, log=log, threshold=check.threshold, interval=interval)


def judge(record: RunRecord, out: Moment, log: AccessLog, threshold: int, interval: float) -> list[CheckResult]:
    """`interval` between two health checks is in seconds of this machine."""
    turned = record.actions[-1]
    # It went out between these two counts. Where they are nearer than one check to the next, the second is exact.
    least = sum(at < out.since for at in log.failed_checks)
    most = sum(at < out.at for at in log.failed_checks)
    is_close = out.at - out.since < 0.8 * interval
    exactly = most == threshold if is_close else least <= threshold <= most
    checks = str(most) if is_close or least == most else f"{least} to {most}"
    late = max((at - out.at for at in log.requests), default=0.0)
    after = record.report.between(out.at, record.report.start + record.report.seconds)
    return [
        CheckResult(exactly, f"It was out after {checks} failed health checks; the threshold is {threshold}.", True),
        CheckResult(late <= UNDER_WAY, f"Its last request came {max(0.0, late):.1f} s after that.", True),
        CheckResult(turned.steady_at is not None, "It was replaced." if turned.steady_at else "It was not replaced."),
        CheckResult(
            after.failed == 0,
            f"{after.failed:,} requests failed after that, {record.report.failed:,} in all.",
            only_late(after),
        ),
    ]


DRILL = Drill("unhealthy-target", "A task that fails its health checks is taken out and replaced.", run, minutes=1)
