"""Runs a drill from nothing to its verdict."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecs_emulator.clock import Clock
from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.operator import Operator
from ecs_emulator.experiments.picture import draw
from ecs_emulator.experiments.sight import Observer
from ecs_emulator.experiments.stage import Rehearsal, Say, Stage
from ecs_emulator.experiments.starvation import HEALTH_CHECK, Starvation, beating
from ecs_emulator.experiments.story import Finding, Judge, Story
from ecs_emulator.experiments.timeline import events
from ecs_emulator.experiments.watch import TookTooLong, watching
from ecs_emulator.ops import outcomes
from ecs_emulator.ops.outcomes import Failure
from ecs_emulator.ops.services import find

Begin = Callable[[Path, Clock, str], AbstractContextManager[Rehearsal]]


@dataclass(frozen=True)
class Outcome:
    drill: Drill
    findings: list[Finding]
    story: Story
    told: list[str]  # what the drill has for people to read
    picture: Path
    starvation: Starvation

    @property
    def passed(self) -> bool:
        return all(finding.holds for finding in self.findings)

    @property
    def inconclusive(self) -> bool:
        """Whether the machine was starved, and all that does not hold can come of that."""
        failed = [finding for finding in self.findings if not finding.holds]
        return bool(failed) and self.starvation.starved and all(finding.starvable for finding in failed)

    @property
    def verdict(self) -> str:
        return "passed" if self.passed else "inconclusive" if self.inconclusive else "failed"

    def document(self) -> dict[str, Any]:
        return {
            "drill": self.drill.name,
            "passed": self.passed,
            "verdict": self.verdict,
            "findings": [vars(each) for each in self.findings],
            "starvation": vars(self.starvation),
            "acts": [vars(act) for act in self.story.acts],
            "events": [event._asdict() for event in events(self.story)],
            "told": self.told,
            "stored": dict(self.story.stored),
            "load": self.story.report.document(),
        }


@dataclass(frozen=True)
class Settings:
    speed: float = 10.0
    clients: int = 64
    requests: int | None = None  # that a drill about their number makes at the least; None: as many as it has itself


def run(drill: Drill, settings: Settings, begin: Begin, folder: Path, results: Path, say: Say) -> Outcome:
    """Play and judge a drill in a rehearsal with its data in `folder`; its picture and JSON go to `results`."""
    clock = Clock(settings.speed)
    say(f"{drill.name}: starting a rehearsal of its own …")
    requests = drill.requests if settings.requests is None else settings.requests
    with begin(folder, clock, drill.assembly) as rehearsal:
        named = find(rehearsal.target, drill.watched)
        operator = Operator(rehearsal.target, named)
        with (
            watching(Observer(rehearsal.target, named).look) as watch,
            beating(clock.shortened(HEALTH_CHECK)) as heartbeat,
        ):
            stage = Stage(rehearsal, operator, watch, clock, settings.clients, requests, say)
            judge = _played(drill, stage)
            story, starvation = stage.story(), heartbeat.stop()
    results.mkdir(parents=True, exist_ok=True)
    outcome = Outcome(drill, judge(story), story, stage.told, results / f"{drill.name}.png", starvation)
    title = f"{drill.name} {outcome.verdict}: {story.report.failed:,} of {story.report.requests:,} requests failed"
    draw(story, title, outcome.picture)
    (results / f"{drill.name}.json").write_text(json.dumps(outcome.document(), indent=1) + "\n")
    return outcome


def _played(drill: Drill, stage: Stage) -> Judge:
    """How to judge the drill; what never came about is judged as well, once there was load."""
    stage.until_steady()
    try:
        return drill.play(stage)
    except (TookTooLong, Failure) as problem:
        if not stage.had_visitors():
            raise
        late = not isinstance(problem, Failure) or problem.outcome is outcomes.Outcome.TIMED_OUT
        finding = Finding(False, str(problem), starvable=late)
        return lambda _: [finding]
