"""`bad-revision`: a revision that crashes at its start, then one that never gets healthy, roll back by themselves."""

from __future__ import annotations

from functools import partial

from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.record import CheckResult, Judge, RunRecord, ended, nobody_failed
from ecs_emulator.experiments.stage import Stage

FAULTS = {"crash-at-start": "crashes at its start", "unhealthy-after=0": "never gets healthy"}


def run(stage: Stage) -> Judge:
    (good,) = stage.snapshot().rollouts
    bad = []
    with stage.visitors():
        for faults, what in FAULTS.items():
            bad.append(stage.faulty_revision(faults))
            stage.update(f"{bad[-1]} is deployed, which {what}", taskDefinition=bad[-1])
            _explain(stage, bad[-1])
    return partial(judge, good=good, bad=bad)


def _explain(stage: Stage, revision: str) -> None:
    snapshot = stage.until_deployed(revision)
    for each in snapshot.deployed.values():
        if each.revision == revision:
            stage.tell(f"{revision}: {each.status}. {each.reason}")
    for death in stage.operator.deaths(revision):
        for line in death.summary():
            stage.tell(line)


def judge(record: RunRecord, good: str, bad: list[str]) -> list[CheckResult]:
    left = list(record.snapshots[-1].rollouts) if record.snapshots else []
    return [
        nobody_failed(record),
        *(ended(record, revision, "ROLLBACK_SUCCESSFUL") for revision in bad),
        CheckResult(
            left == [good],
            f"At the end the service runs {' and '.join(left) or 'nothing'}.",
        ),
    ]


DRILL = Drill("bad-revision", "A bad revision is rolled back by itself and no visitor notices.", run, minutes=2)
