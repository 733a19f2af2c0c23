"""`task-killed`: one of two tasks is killed with `kill -9` and replaced."""

from __future__ import annotations

from functools import partial

from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.record import CheckResult, Judge, RunRecord, only_late
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
    seen = [snapshot for snapshot in record.snapshots if victim in snapshot.tasks]
    fellows = {task for snapshot in seen for task in snapshot.tasks if snapshot.at < killed.at}
    steady = [snapshot.running() for snapshot in record.snapshots if snapshot.is_steady()]
    running = set(steady[-1]) if steady else set()
    # One that started and ended meanwhile took nobody's place.
    new, lost = running - fellows, fellows - running - {victim}
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
        ),
        CheckResult(
            bool(new) and killed.steady_at is not None,
            f"{_named(new)} took its place{f' and that of {_named(lost)}' if lost else ''}.",
        ),
    ]


def _named(tasks: set[str]) -> str:
    return " and ".join(f"Task {task[:8]}" for task in sorted(tasks)) or "Nobody"


DRILL = Drill(
    "task-killed", "A killed task is replaced, and costs no more than what was under way on it.", run, minutes=1
)
