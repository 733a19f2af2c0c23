"""Sequence numbers of writers, by which a row refuses a batch of likes that it has already.

Each process is a writer with a random id. It gives each of its batches a sequence number, larger than any it gave
before. A row keeps one small attribute for each writer: the newest number that it took from it.
"""

from __future__ import annotations

import os
import secrets
import threading
import time

PREFIX = "W:"
# Seconds of silence after which a writer's attribute may be removed. A minute is longer than any batch is tried for.
SILENCE = 60
# Writers that a row keeps at the most, about 10 KB of them.
CROWD = 500
_TICKS = 1_000_000  # in a second


class Writer:
    """This process as a writer: `attribute` is the name of its attribute in every row."""

    def __init__(self) -> None:
        self._begin()
        # A forked process is another writer.
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self.attribute = PREFIX + secrets.token_urlsafe(6)
        self._lock = threading.Lock()
        self._last = 0

    def next_number(self, above: int = 0) -> int:
        """A new sequence number, larger than every earlier one and than `above`.

        It is the time in microseconds where that is larger, so that an old number can be told from a new one. Nothing
        depends on clocks being right: one that is behind costs a refused write, see docs/decisions.
        """
        with self._lock:
            self._last = max(self._last + 1, above + 1, time.time_ns() * _TICKS // 1_000_000_000)
            return self._last


def removable(item: dict[str, object], newest: int) -> dict[str, int]:
    """The attributes of writers that a row can do without, oldest first.

    Those of writers silent for SILENCE before the number `newest`; and the oldest of more than CROWD, so that a row is
    bounded even where a clock that ran ahead has made every number look new.
    """
    numbers = sorted((int(str(value)), name) for name, value in item.items() if name.startswith(PREFIX))
    many = len(numbers) - CROWD
    return {
        name: number
        for place, (number, name) in enumerate(numbers)
        if place < many or number < newest - SILENCE * _TICKS
    }
