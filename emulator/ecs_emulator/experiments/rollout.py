"""`rollout`: a new revision takes over while visitors read and like."""

from __future__ import annotations

from functools import partial

from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.record import (
    CheckResult,
    Judge,
    RunRecord,
    answered_by,
    at_least,
    ended,
    nobody_failed,
)
from ecs_emulator.experiments.stage import Stage


def run(stage: Stage) -> Judge:
    (old,) = stage.snapshot().rollouts
    new = stage.next_revision()
    with stage.visitors():
        stage.update(f"{new} is to take over from {old}", taskDefinition=new)
        stage.until_deployed(new)
        stage.until_requests(stage.requests)
    return partial(judge, old=old, new=new, requests=stage.requests)


def judge(record: RunRecord, old: str, new: str, requests: int) -> list[CheckResult]:
    return [
        nobody_failed(record),
        at_least(record, requests),
        ended(record, new, "SUCCESSFUL"),
        answered_by(record, (old, new)),
    ]


DRILL = Drill("rollout", "A new revision takes over and no visitor notices.", run, minutes=2)
