"""Drill: what is done to a service under load, and how its visitors' answers are judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ecs_emulator.experiments.record import Judge
from ecs_emulator.experiments.stage import Stage


@dataclass(frozen=True)
class Drill:
    """`run` does what the drill is about and returns how to judge what came of it."""

    name: str
    promise: str  # what it shows when it passes
    run: Callable[[Stage], Judge]
    minutes: int  # that it takes by default, on two cores
    requests: int = 20_000  # that it makes at the least, if it is about their number
    passes: str = "passed"  # said of one that has passed
