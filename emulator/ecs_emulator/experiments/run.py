"""Run of a drill from nothing to its verdict."""

from __future__ import annotations

import json
import math
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecs_emulator.clock import Clock
from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.emulator import EmulatorNotReady, emulating
from ecs_emulator.experiments.picture import draw
from ecs_emulator.experiments.polling import TookTooLong
from ecs_emulator.experiments.progress import telling
from ecs_emulator.experiments.record import CheckResult, Judge, RunRecord
from ecs_emulator.experiments.stage import Say, Stage, staged
from ecs_emulator.experiments.starvation import HEALTH_CHECK, Starvation, beating
from ecs_emulator.experiments.subject import Subject
from ecs_emulator.experiments.timeline import events
from ecs_emulator.ops import outcomes
from ecs_emulator.ops.outcomes import Failure


@dataclass(frozen=True)
class DrillResult:
    """Result of a drill."""

    drill: Drill
    checks: list[CheckResult]
    record: RunRecord
    notes: list[str]  # what the drill has for people to read
    picture: Path
    starvation: Starvation

    @property
    def passed(self) -> bool:
        return all(check.holds for check in self.checks)

    @property
    def inconclusive(self) -> bool:
        """True when the machine was starved, and all that does not hold can come of that."""
        failed = [check for check in self.checks if not check.holds]
        return bool(failed) and self.starvation.starved and all(check.starvable for check in failed)

    @property
    def verdict(self) -> str:
        return "passed" if self.passed else "inconclusive" if self.inconclusive else "failed"

    @property
    def word(self) -> str:
        """The verdict for people."""
        return self.drill.passes if self.passed else self.verdict

    def document(self) -> dict[str, Any]:
        return {
            "drill": self.drill.name,
            "passed": self.passed,
            "verdict": self.verdict,
            "findings": [vars(each) for each in self.checks],
            "starvation": vars(self.starvation),
            "acts": [vars(action) for action in self.record.actions],
            "events": [event._asdict() for event in events(self.record)],
            "told": self.notes,
            "troubles": [each._asdict() for each in self.record.troubles],
            "stored": dict(self.record.stored),
            "load": self.record.report.document(),
        }


@dataclass(frozen=True)
class DrillOptions:
    """Options of a drill: its speed, its visitors at a time with their think time, its requests."""

    speed: float = 10.0
    clients: int = 64
    requests: int | None = None  # that a drill about their number makes at the least; None: as many as it has itself
    think_seconds: float = 0.0


def run(drill: Drill, subject: Subject, options: DrillOptions, folder: Path, results: Path, say: Say) -> DrillResult:
    """Run and judge a drill in an emulator with its data in `folder`; its picture and JSON go to `results`.

    Raises CannotLoad, Failure, NoProcess, EmulatorNotReady and TookTooLong; Failure (INCONCLUSIVE) where the emulator
    did not get ready on a machine that was starved.
    """
    begun, clock, subject = time.monotonic(), Clock(options.speed), subject.thinking(options.think_seconds)
    minutes = math.ceil(drill.minutes * DrillOptions.speed / options.speed)
    say(f"{drill.name}: starting an emulator of its own; it takes about {minutes} min in all …")
    with ExitStack() as opened:
        stage = _ready(opened, drill, subject, options, folder, say, begun)
        opened.enter_context(telling(say, stage.progress, begun))
        heartbeat = opened.enter_context(beating(clock.shortened(HEALTH_CHECK)))
        judge = _ran(drill, stage)
        record, starvation = stage.record(), heartbeat.stop()
    checks = [*judge(record), *subject.checks(record)]
    results.mkdir(parents=True, exist_ok=True)
    outcome = DrillResult(drill, checks, record, stage.notes, results / f"{drill.name}.png", starvation)
    title = f"{drill.name} {outcome.word}: {record.report.failed:,} of {record.report.requests:,} requests failed"
    draw(record, title, outcome.picture)
    (results / f"{drill.name}.json").write_text(json.dumps(outcome.document(), indent=1) + "\n")
    return outcome


def _ready(
    opened: ExitStack, drill: Drill, subject: Subject, options: DrillOptions, folder: Path, say: Say, begun: float
) -> Stage:
    """The stage of a drill, whose service is steady."""
    clock = Clock(options.speed)
    requests = drill.requests if options.requests is None else options.requests
    # A measure of its own: what the start makes this machine do excuses nothing that comes later.
    with beating(clock.shortened(HEALTH_CHECK)) as heartbeat, telling(say, lambda: "the emulator is starting", begun):
        try:
            emulator = opened.enter_context(emulating(folder, subject, options.speed))
            if emulator.console:
                say(f"  watch it: {emulator.console}")
            stage = opened.enter_context(staged(emulator, subject, clock, options.clients, requests, say))
            stage.until_steady()
        except (EmulatorNotReady, TookTooLong) as problem:
            starvation = heartbeat.stop()
            if not starvation.starved:
                raise
            raise Failure(
                outcomes.Outcome.INCONCLUSIVE, f"{drill.name}: {problem}\nNothing can be said: {starvation.sentence}"
            ) from problem
    return stage


def _ran(drill: Drill, stage: Stage) -> Judge:
    """How to judge the drill; what never came about is judged as well, once there was load."""
    try:
        return drill.run(stage)
    except (TookTooLong, Failure) as problem:
        if not stage.had_visitors():
            raise
        late = not isinstance(problem, Failure) or problem.outcome is outcomes.Outcome.TIMED_OUT
        check = CheckResult(False, str(problem), starvable=late)
        return lambda _: [check]
