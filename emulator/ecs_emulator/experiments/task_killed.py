"""`task-killed`: one of two tasks is killed with `kill -9` and replaced."""

from __future__ import annotations

from functools import partial

from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.record import CheckResult, Judge, RunRecord, failures, only_late, replaced
from ecs_emulator.experiments.stage import Stage

MOMENT = 2.0  # seconds within which everything that was under way on a dead task has failed, on a busy machine


def run(stage: Stage) -> Judge:
    with stage.visitors():
        victim = next(iter(stage.snapshot().running()))
        stage.kill(victim)
        stage.until_steady(without=[victim])
    return partial(judge, victim=victim)


def judge(record: RunRecord, victim: str) -> list[CheckResult]:
    report, (killed,) = record.report, record.actions
    before, last = report.between(report.start, killed.at), report.last_failure()
    span = max(0.0, last - killed.at) if last else 0.0
    return [
        CheckResult(
            before.failed == 0, f"{before.failed:,} requests failed before anything was done.", only_late(before)
        ),
        CheckResult(
            report.failed <= report.clients and span <= MOMENT,
            f"{report.failed:,} of {report.requests:,} requests failed, within {span:.1f} s; "
            f"{report.clients} clients can have one each under way.",
            starvable=report.failed <= report.clients,
            because=failures(report),
        ),
        replaced(record, victim),
    ]


DRILL = Drill(
    "task-killed", "A killed task is replaced, and costs no more than what was under way on it.", run, minutes=1
)
