"""`task-killed`: one of two tasks is killed with `kill -9` and replaced."""

from __future__ import annotations

from functools import partial

from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.record import CheckResult, Judge, RunRecord, only_late
from ecs_emulator.experiments.stage import Stage

MOMENT = 2.0  # seconds within which everything that was under way on a dead task has failed, on a busy machine


def play(stage: Stage) -> Judge:
    with stage.visitors():
        victim = next(iter(stage.sight().running()))
        stage.kill(victim)
        stage.until_steady(without=[victim])
    return partial(judge, victim=victim)


def judge(story: RunRecord, victim: str) -> list[CheckResult]:
    report, (killed,) = story.report, story.acts
    seen = [sight for sight in story.sights if victim in sight.tasks]
    fellows = {task for sight in seen for task in sight.tasks if sight.at < killed.at}
    new = {task for sight in story.sights if sight.is_steady() for task in sight.tasks} - fellows
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
        CheckResult(bool(new) and killed.steady_at is not None, f"{_named(new)} took its place."),
    ]


def _named(tasks: set[str]) -> str:
    return " and ".join(f"Task {task[:8]}" for task in sorted(tasks)) or "Nobody"


DRILL = Drill("task-killed", "A killed task is replaced, and costs no more than what was under way on it.", play)
