"""`workshop-settings`: minimum 0 %, maximum 100 %, one task. The control: here visitors must be failed."""

from __future__ import annotations

from functools import partial

from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.record import CheckResult, Judge, RunRecord, ended
from ecs_emulator.experiments.stage import Stage


def run(stage: Stage) -> Judge:
    stage.update(
        "one task, minimum 0 %, maximum 100 %",
        desiredCount=1,
        deploymentConfiguration={"minimumHealthyPercent": 0, "maximumPercent": 100},
        # AWS rebalances zones by starting another task first, for which there is no room.
        availabilityZoneRebalancing="DISABLED",
    )
    stage.until_steady()
    new = stage.next_revision()
    with stage.visitors():
        stage.update(f"{new} is to take over", taskDefinition=new)
        stage.until_deployed(new)
    return partial(judge, new=new)


def judge(record: RunRecord, new: str) -> list[CheckResult]:
    report = record.report
    return [
        CheckResult(
            report.failed > 0,
            f"{report.failed:,} of {report.requests:,} requests failed"
            + (", as foretold: between the old task and the new one there is none." if report.failed else ": too few."),
        ),
        ended(record, new, "SUCCESSFUL"),
    ]


DRILL = Drill(
    "workshop-settings",
    "With one task and a minimum of 0 % a rollout fails visitors.",
    run,
    minutes=1,
    passes="as foretold",
)
