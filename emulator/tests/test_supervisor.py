"""What ends is started again and said; what ends again and again ends everything, with the reason."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from ecs_emulator.supervisor import INTENSITY, PERIOD, Supervisor, TooManyRestarts, how_ended
from ecs_emulator.worker import Worker
from emulator.tests.support.waiting import PATIENCE, until


class Child:
    """One that ends when a test says so."""

    name = "The child"

    def __init__(self) -> None:
        self.how: str | None = None
        self.restarts = 0
        self.refuses = False
        self.lines = ["first", "last"]

    def ended(self) -> str | None:
        return self.how

    def restart(self) -> None:
        if self.refuses:
            raise OSError("no more processes")
        self.how = None
        self.restarts += 1

    def last_lines(self) -> list[str]:
        return self.lines


class Watched:
    """A supervisor of one child, whose time passes when a test says so."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.child = Child()
        self.supervisor = Supervisor(self.said.append, threading.Event())
        self.supervisor.watch(self.child)
        self.now = 1000.0

    def end(self, how: str = "signal 9") -> float:
        """End it, and look until it has been started again; the seconds that took."""
        self.child.how, began = how, self.now
        self.supervisor.tick(self.now)
        while self.child.how:
            self.now += 0.05
            self.supervisor.tick(self.now)
        return self.now - began


def test_a_child_that_lives_is_left_alone() -> None:
    watched = Watched()
    watched.supervisor.tick(watched.now)
    assert (watched.child.restarts, watched.said) == (0, [])


def test_a_child_that_ends_is_started_again_at_once_and_that_is_said() -> None:
    watched = Watched()
    assert watched.end("exit code 3") == 0
    assert (watched.child.restarts, watched.said) == (1, ["The child ended (exit code 3); it is started again."])


def test_each_restart_waits_for_longer_but_never_for_long() -> None:
    watched = Watched()
    pauses = [watched.end() for _ in range(INTENSITY - 1)]
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1] < 1.1
    assert watched.child.restarts == INTENSITY - 1


def test_a_child_that_ends_again_and_again_ends_everything_with_its_last_lines() -> None:
    watched = Watched()
    for _ in range(INTENSITY - 1):
        watched.end()
    with pytest.raises(TooManyRestarts) as failure:
        watched.end("exit code 1")
    assert str(failure.value) == (
        "The child ended 5 times within 60 s, the last time with exit code 1. It said last:\n  first\n  last"
    )


def test_a_child_that_ends_now_and_then_is_started_again_for_ever() -> None:
    watched = Watched()
    for _ in range(3 * INTENSITY):
        watched.end()
        watched.now += PERIOD / (INTENSITY - 1) + 1
    assert watched.child.restarts == 3 * INTENSITY


def test_a_child_that_cannot_be_started_again_ends_everything_with_the_reason() -> None:
    watched = Watched()
    watched.child.refuses, watched.child.lines = True, []
    with pytest.raises(TooManyRestarts) as failure:
        watched.end()
    assert str(failure.value) == (
        "The child ended 5 times within 60 s, the last time with signal 9, and cannot be started again: "
        "no more processes."
    )
    assert watched.said == []


def test_too_many_restarts_stop_the_emulator() -> None:
    watched = Watched()
    watched.child.refuses, watched.child.how = True, "signal 9"
    with watched.supervisor.watching():
        assert watched.supervisor.stopping.wait(PATIENCE)
    with pytest.raises(TooManyRestarts):
        watched.supervisor.check()


def test_what_ends_on_purpose_after_the_watch_is_not_started_again() -> None:
    watched = Watched()
    with watched.supervisor.watching():
        watched.child.how = "signal 15"
        until(lambda: watched.said, "it is started again")
    watched.child.how = "signal 15"
    watched.supervisor.check()
    assert watched.child.restarts == 1


def test_one_broken_look_is_not_the_last() -> None:
    watched = Watched()
    looks = iter([ValueError("a look"), None])

    class Broken(Child):
        def ended(self) -> str | None:
            if error := next(looks, None):
                raise error
            return super().ended()

    broken = Broken()
    watched.supervisor.watch(broken)
    with watched.supervisor.watching():
        broken.how = "signal 9"
        until(lambda: broken.restarts, "it is started again")


def stumbling(error: BaseException | None, runs: list[int]) -> Callable[[], None]:
    """Work that raises the first time."""

    def work() -> None:
        runs.append(1)
        if len(runs) == 1 and error:
            raise error

    return work


@pytest.mark.parametrize(
    ("error", "how"), [(KeyError("x"), "KeyError: 'x'"), (SystemExit(1), "SystemExit: 1"), (None, "no exception")]
)
def test_a_thread_that_ends_is_a_child_that_ends(error: BaseException | None, how: str) -> None:
    runs: list[int] = []
    worker = Worker("A worker", stumbling(error, runs))
    assert worker.ended() is None, "it has not been started"
    worker.start()
    worker.join()
    assert worker.ended() == how
    assert any("raise error" in line for line in worker.last_lines()) == (error is not None)
    worker.restart()
    worker.join()
    assert (len(runs), worker.ended()) == (2, "no exception")


def test_the_end_of_a_process_is_told_as_its_signal_or_its_exit_code() -> None:
    assert [how_ended(code) for code in (None, 0, 1, -9)] == [None, "exit code 0", "exit code 1", "signal 9"]
