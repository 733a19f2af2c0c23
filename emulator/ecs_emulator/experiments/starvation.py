"""Starvation: whether this machine gave a drill processor time, by a heartbeat that asks for a little all the while.

A beat is 10 ms of work four times a second, in a process of its own. Not its wake-up alone is measured: a scheduler
favours who sleeps, so that a busy machine wakes a process in time and then lets its work wait. Nor is it the pressure
that Linux counts, which a drill's own visitors bring to its highest. How long so little work waits is what a health
check or an answer is made to wait on top of its own work, on any system.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

EVERY = 0.25  # seconds from one beat to the next
WORK = 0.01  # seconds of processor time
HEALTH_CHECK = 5.0  # seconds of AWS that a health check may take, by default
# Of a processor: with less, a program whose start is three seconds of work takes all the time that it may have here.
LEAST_SHARE = 1 / 5


@dataclass(frozen=True)
class Starvation:
    """Waits of beats, in seconds; `health_check` is how long a health check may take."""

    health_check: float
    waits: tuple[float, ...] = ()

    @property
    def bar(self) -> float:
        """A check is some four such pieces of work: the load balancer's, the server's, those of requests before it."""
        return self.health_check / 8

    @property
    def late(self) -> int:
        """The number of beats that waited as long as the bar, or longer."""
        return sum(wait >= self.bar for wait in self.waits)

    @property
    def share(self) -> float:
        """Part of a processor that the work of a beat was given."""
        work = WORK * len(self.waits)
        return work / (work + sum(self.waits)) if self.waits else 1.0

    @property
    def starved(self) -> bool:
        """True when one beat in ten was late, one alone waited for half of what a health check may take, or all were
        given less than a fifth of a processor.
        """
        return self.share < LEAST_SHARE or (
            self.late > 0
            and (self.late >= len(self.waits) / 10 or max(self.waits, default=0.0) >= self.health_check / 2)
        )

    @property
    def sentence(self) -> str:
        return (
            f"{WORK * 1000:.0f} ms of work waited up to {max(self.waits, default=0.0):.2f} s for a processor, "
            f"{self.late} of {len(self.waits)} times {self.bar:.2f} s or longer, and had {self.share:.0%} of one."
        )


class Heartbeat:
    """`beating` makes one. `pid` is its process."""

    def __init__(self, health_check: float) -> None:
        self._health_check = health_check
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Ctrl-C in a terminal reaches a whole process group: this one ends when its standard input does.
            start_new_session=True,
        )
        self.pid = self._process.pid
        self._starvation: Starvation | None = None

    def stop(self) -> Starvation:
        """End it; what it has measured. Again only says so."""
        if self._starvation is None:
            output, _ = self._process.communicate()
            self._starvation = Starvation(self._health_check, tuple(json.loads(output or b"[]")))
        return self._starvation


@contextmanager
def beating(health_check: float) -> Iterator[Heartbeat]:
    """A heartbeat that has ended when the context has. `health_check` is its timeout in seconds of this machine."""
    heartbeat = Heartbeat(health_check)
    try:
        yield heartbeat
    finally:
        heartbeat.stop()


def beat(until: IO[bytes]) -> list[float]:
    """Beat until this file ends; how long each beat waited: for its wake-up, and between its work."""
    waits = []
    due = time.monotonic() + EVERY
    while not select.select([until], [], [], max(0.0, due - time.monotonic()))[0]:
        done = time.thread_time() + WORK
        while time.thread_time() < done:
            pass
        end = time.monotonic()
        waits.append(round(end - due - WORK, 4))
        due = max(due, end) + EVERY
    return waits


if __name__ == "__main__":
    sys.stdout.write(json.dumps(beat(cast("IO[bytes]", sys.stdin.buffer))))
