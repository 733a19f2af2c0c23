"""Adaptive concurrency: the number of calls under way at once that keeps the processor busy, and no more.

A call uses the processor for a while and waits for the data store for the rest. By Little's law, *duration ÷ work* of
them under way keep a processor busy, where *work* is the processor time that one costs with all that comes before and
after it. One more would only lie about, and take the time in which its batch could have grown.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

LEAST = 2  # one works while one waits
MOST = 64
# Until a window has shown what is right. Begun with many, calls hold one another up, and seem to need as many.
FIRST = 8
WINDOW = 16  # calls after which the limit is derived anew
SOONEST = 0.05  # seconds


class AdaptiveConcurrency:
    """`limit` is the number of calls; `overdue`, in seconds, is the age at which one is no longer counted.

    Until a window of calls has shown otherwise, the limit is FIRST. `processor_time` gives the seconds that this
    process has used.
    """

    def __init__(self, processor_time: Callable[[], float] = time.process_time) -> None:
        self.limit = FIRST
        self.overdue = SOONEST
        self._processor_time = processor_time
        self._used = processor_time()
        self._ended = 0
        self._shortest = math.inf

    def add(self, duration: float) -> None:
        """Take note of a call that has ended, and took so many seconds."""
        self._ended += 1
        # The shortest of a window: the others may have waited for the processor as well.
        self._shortest = min(self._shortest, duration)
        if self._ended < WINDOW:
            return
        used = self._processor_time()
        work = (used - self._used) / WINDOW
        self.limit = max(LEAST, min(MOST, math.ceil(self._shortest / work))) if work > 0 else MOST
        self.overdue = max(SOONEST, 4 * self._shortest)
        self._used, self._ended, self._shortest = used, 0, math.inf
