"""Supervisor: starts its children again when they end, and ends the emulator when that does not help.

Words and rule are those of Erlang/OTP: a child that ends more often than the restart intensity allows ends everything.
https://www.erlang.org/doc/system/sup_princ.html
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

INTENSITY = 5  # ends of one child within PERIOD that are too many
PERIOD = 60.0  # seconds
EVERY = 0.1  # seconds between two looks
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0  # seconds before a restart: none, then these, doubled each time
LINES = 10  # of what a child said last

log = logging.getLogger(__name__)


class Child(Protocol):
    """A process or a thread that can be started again."""

    @property
    def name(self) -> str: ...

    def ended(self) -> str | None:
        """End of the child (`signal 9`), None while it lives and before it has been started."""
        ...

    def restart(self) -> None:
        """Start it again, as it was. Raises any Exception when it cannot be."""
        ...

    def last_lines(self) -> Sequence[str]:
        """Last lines of the child, for people; none when it said nothing."""
        ...


class TooManyRestarts(Exception):
    """A child ends again and again; the message says which, how, and what it said last."""


class Supervisor:
    """Looks after children in a thread of its own while `watching` lasts. `say` hears of every restart.

    After too many restarts it sets `stopping`, and `check` raises.
    """

    def __init__(self, say: Callable[[str], None], stopping: threading.Event) -> None:
        self._say = say
        self.stopping = stopping
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._children: list[_Watched] = []
        self._failure: TooManyRestarts | None = None

    def watch(self, *children: Child) -> None:
        with self._lock:
            self._children += [_Watched(child) for child in children]

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Afterwards nothing is started again: children may be ended on purpose."""
        thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def check(self) -> None:
        """Raises TooManyRestarts when that is why everything stops."""
        if self._failure:
            raise self._failure

    def tick(self, now: float) -> None:
        """One look at every child, in seconds of any clock that does not go back. Raises TooManyRestarts."""
        with self._lock:
            children = list(self._children)
        for child in children:
            if sentence := child.tick(now):
                self._say(sentence)

    def _run(self) -> None:
        while not self.stopping.is_set() and not self._over.wait(EVERY):
            try:
                self.tick(time.monotonic())
            except TooManyRestarts as failure:
                self._failure = failure
                self.stopping.set()
            except Exception:
                # One broken look must not be the last.
                log.exception("The supervisor stumbled.")


class _Watched:
    def __init__(self, child: Child) -> None:
        self._child = child
        self._ends: list[float] = []  # when, within PERIOD
        self._due: float | None = None  # when it is to be started again

    def tick(self, now: float) -> str | None:
        """The sentence to be said of a restart."""
        how = self._child.ended()
        if how is None:
            return None
        if self._due is None:
            self._due = now + self._pause(now, how)
        if now < self._due:
            return None
        self._due = None
        try:
            self._child.restart()
        except Exception as error:  # noqa: BLE001 (whatever it is, it is tried again, and then told)
            self._due = now + self._pause(now, f"{how}, and cannot be started again: {error}")
            return None
        return f"{self._child.name} ended ({how}); it is started again."

    def _pause(self, now: float, how: str) -> float:
        """Seconds until the restart after an end. Raises TooManyRestarts."""
        self._ends = [end for end in self._ends if end > now - PERIOD] + [now]
        count = len(self._ends)
        if count < INTENSITY:
            return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (count - 2)) if count > 1 else 0.0
        said = [f"  {line}" for line in self._child.last_lines()[-LINES:]]
        last = ["It said last:", *said] if said else []
        sentence = f"{self._child.name} ended {count} times within {PERIOD:.0f} s, the last time with {how}."
        raise TooManyRestarts("\n".join([" ".join([sentence, *last[:1]]), *last[1:]]))


def how_ended(code: int | None) -> str | None:
    """A process by its return code, as `subprocess` has it: `signal 9` or `exit code 1`; None while it lives."""
    if code is None:
        return None
    return f"signal {-code}" if code < 0 else f"exit code {code}"
