"""A service that tests update, and `mysfits` working on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result

from ecs_emulator.commands import options
from ecs_emulator.ops import waiting
from mysfits.cli import main
from tests.ops.world import World

Mysfits = Callable[..., Result]


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
    """One service of two tasks, which commands take for that of the rehearsal."""
    world = World()
    with world.target() as target:
        monkeypatch.setattr(options, "local", lambda: target)
        yield world


@pytest.fixture
def operate() -> Mysfits:
    """Run a command of `mysfits` in this process."""
    return lambda *arguments: CliRunner().invoke(main, arguments)
