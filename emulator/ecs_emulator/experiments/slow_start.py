"""`slow-start`: a revision that takes a minute to listen is waited for, for as long as its grace period is."""

from __future__ import annotations

from functools import partial

from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.record import CheckResult, Judge, RunRecord, answered_by, ended, nobody_failed
from ecs_emulator.experiments.stage import Stage

ENDING = {"DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"}
SLEEPS, GRACE = 60, 180  # seconds of AWS


def run(stage: Stage) -> Judge:
    (old,) = stage.snapshot().rollouts
    slow = stage.faulty_revision(f"slow-start={stage.clock.shortened(SLEEPS):g}")
    with stage.visitors():
        stage.update(
            f"{slow} takes {SLEEPS} s to listen",
            taskDefinition=slow,
            healthCheckGracePeriodSeconds=GRACE,
        )
        stage.until_deployed(slow)
    return partial(judge, old=old, slow=slow)


def judge(record: RunRecord, old: str, slow: str) -> list[CheckResult]:
    unhealthy = max((snapshot.targets.count("unhealthy") for snapshot in record.snapshots), default=0)
    stopped = {
        task
        for snapshot in record.snapshots
        for task, seen in snapshot.tasks.items()
        if seen.revision == slow and seen.status in ENDING
    }
    return [
        nobody_failed(record),
        ended(record, slow, "SUCCESSFUL"),
        CheckResult(
            unhealthy > 0 and not stopped,
            f"{unhealthy} of its tasks were unhealthy while they started; {len(stopped)} were stopped for it.",
            starvable=True,
        ),
        answered_by(record, (old, slow)),
    ]


DRILL = Drill("slow-start", "A revision that starts slowly is given its grace and no visitor notices.", run, minutes=1)
