"""Fixtures for tests of what an operator does: a service that commands work on, and a clock that nobody waits for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecs_emulator.commands import options
from ecs_emulator.ops import waiting
from emulator.tests.ops.world import World


class Clock:
    """A clock that goes on when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Nobody waits in real time."""
    clock = Clock()
    monkeypatch.setattr(waiting, "time", clock)
    return clock


@pytest.fixture
def world(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """One service of two tasks, which commands take for that of the emulator."""
    world = World()
    with world.target() as target:
        monkeypatch.setattr(options, "local", lambda *_: target)
        yield world
