"""Poller of a service: snapshots again and again, of which it keeps those that differ."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from ecs_emulator.experiments.snapshots import ServiceSnapshot

EVERY = 0.25  # seconds between two looks


class TookTooLong(Exception):
    """Timeout of a drill: what it waited for, which the message says, did not come about."""


class Watch:
    """`watching` makes one."""

    def __init__(self, look: Callable[[], ServiceSnapshot]) -> None:
        self._look = look
        self._snapshots: list[ServiceSnapshot] = []
        self._current: ServiceSnapshot | None = None
        self._error: Exception | None = None
        self._news = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY):
            try:
                snapshot = self._look()
            except Exception as error:  # noqa: BLE001 (raised again by whoever waits)
                self._error = error
                self._stopping.set()
            with self._news:
                if self._error is None:
                    if self._current is not None:
                        snapshot = replace(snapshot, since=self._current.begun)
                    if not self._snapshots or not snapshot.shows_the_same_as(self._snapshots[-1]):
                        self._snapshots.append(snapshot)
                    self._current = snapshot
                self._news.notify_all()

    def snapshots(self) -> list[ServiceSnapshot]:
        """Snapshots taken, without those that showed the same as the one before."""
        with self._news:
            return list(self._snapshots)

    def until(
        self, is_so: Callable[[ServiceSnapshot], object], what: str, within: float, after: float
    ) -> ServiceSnapshot:
        """First snapshot begun `after` (seconds since the epoch) that is so. Raises TookTooLong, or as looking did."""
        deadline = time.monotonic() + within
        with self._news:
            while True:
                if self._error is not None:
                    raise self._error
                if self._current is not None and self._current.begun >= after and is_so(self._current):
                    return self._current
                if not self._news.wait(deadline - time.monotonic()) and time.monotonic() > deadline:
                    raise TookTooLong(f"Not within {within:.0f} s: {what}.")

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()


@contextmanager
def watching(look: Callable[[], ServiceSnapshot]) -> Iterator[Watch]:
    watch = Watch(look)
    try:
        yield watch
    finally:
        watch.close()
