"""`cutover`: requests move from the monolith to a service for each feature by weight, and all the way back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from ecs_emulator.experiments.record import CheckResult, Judge, RunRecord, answered_by, at_least, nobody_failed
from ecs_emulator.experiments.stage import LONGEST, START_UP, Say, Stage
from ecs_emulator.ops.http import call
from ecs_emulator.ops.services import Named, describe, names, short
from ecs_emulator.ops.terminal import Terminal
from ops.stacks.deploy import StackDeployment
from ops.stacks.listing import StackListing, settings
from ops.traffic import MONOLITH, Cutover, drop, side
from ops.visitors import LIKE
from reliability.drills.routes import EVERYWHERE

THERE, BACK = (10, 50, 100), (50, 10, 0)  # percent of a feature's requests that its own service gets
DROPPED = "503 application/json"  # said on purpose; of an empty target group the load balancer says it in HTML


class Aside(Terminal):
    """Terminal for verbs whose output goes where the drill says things."""

    def __init__(self, say: Say) -> None:
        super().__init__()
        self._tell = say

    def say(self, text: str = "") -> None:
        self._tell(text)


@dataclass(frozen=True)
class CutoverObservation:
    """`gone` and `again` are seconds since the epoch: between them the monolith had no task and no rule."""

    gone: float
    again: float
    front_page: str  # what `/` answered in that time, which no feature has


def run(stage: Stage) -> Judge:
    target = stage.target
    cluster = target.output("ClusterName")
    services = [Named(cluster, name) for name in names(target)]
    features = [each.short for each in services if each.short != MONOLITH]
    revisions = {each.short: short(describe(target.ecs, each)["taskDefinition"]) for each in services}
    _move(stage, features, 0)
    with stage.visitors(EVERYWHERE):
        for weight in THERE:
            _move(stage, features, weight)
        seen = _without_monolith(stage)
        for weight in BACK:
            _move(stage, features, weight)
        stage.until_requests(stage.requests)
        back = stage.until_answered_by(revisions[MONOLITH])
    return partial(
        judge,
        monolith=revisions[MONOLITH],
        likes=revisions["mysfits-likes"],
        revisions=revisions.values(),
        seen=seen,
        back=back,
        requests=stage.requests,
    )


def _move(stage: Stage, features: Sequence[str], weight: int) -> None:
    stage.action(f"{weight} % of each feature's requests to a service of its own")
    out = Aside(stage.say)
    for feature in features:
        rest = side(stage.target, MONOLITH)
        Cutover(stage.target, side(stage.target, feature), rest, out, _patience(stage)).move(weight)
    stage.until_steady()


def _without_monolith(stage: Stage) -> CutoverObservation:
    """Take the monolith's rule and tasks away, look, and bring them back."""
    out = Aside(stage.say)
    stage.action("requests that no feature takes are dropped")
    drop(stage.target, side(stage.target, MONOLITH), True, out, _patience(stage))
    stage.until_steady()
    stage.action("the monolith loses its rule and its tasks")
    _deploy(stage, out, Traffic="detached", DesiredCount="0")
    gone = stage.until_steady().at
    stage.until_requests(stage.requests // 2)
    stage.pass_time(10)
    front_page = call("GET", f"{stage.target.output('ApiUrl')}/").summary
    again = time.time()
    stage.action("the monolith has its rule and its tasks again")
    _deploy(stage, out, Traffic="attached", DesiredCount="2")
    stage.until_steady()
    stage.action("nothing is dropped any more")
    drop(stage.target, side(stage.target, MONOLITH), False, out, _patience(stage))
    stage.until_steady()
    return CutoverObservation(gone, again, front_page)


def _deploy(stage: Stage, out: Terminal, **parameters: str) -> None:
    """As `mysfits deploy service --assembly split --set …`: what CloudFormation knows of, it keeps."""
    chosen = StackListing("split").chosen([MONOLITH])
    said = settings(parameters, chosen)
    StackDeployment(stage.target, out, _patience(stage), dry_run=False).deploy(chosen, said)


def _patience(stage: Stage) -> float:
    return stage.clock.shortened(LONGEST) + START_UP


def judge(
    record: RunRecord,
    monolith: str,
    likes: str,
    revisions: Iterable[str],
    seen: CutoverObservation,
    back: float,
    requests: int,
) -> list[CheckResult]:
    """`back` is since when (seconds since the epoch) nothing comes from anywhere but the monolith any more."""
    report = record.report
    writers = report.revisions_of(LIKE)
    alone = report.between(seen.gone, seen.again).by_revision()
    answers = sum(each.requests for each in alone.values())
    by_monolith = alone[monolith].requests if monolith in alone else 0
    end = list(report.between(back, report.start + report.seconds).by_revision())
    return [
        nobody_failed(record),
        at_least(record, requests),
        answered_by(record, revisions),
        CheckResult(
            answers > 0 and by_monolith == 0 and seen.front_page == DROPPED,
            f"Without the monolith {answers:,} requests were answered, {by_monolith} of them by it, and GET / with "
            f"{seen.front_page}.",
        ),
        CheckResult(end == [monolith], f"At the end all answers came from {' and '.join(end) or 'nobody'}."),
        CheckResult(
            set(writers) == {monolith, likes},
            f"Likes were stored by {' and '.join(f'{name} ({count:,})' for name, count in sorted(writers.items()))}.",
        ),
    ]
