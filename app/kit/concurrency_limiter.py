"""Concurrency limiter: so many requests at work at once that what waits fits into memory, and is told so beyond that.

When the data store hangs, requests pile up. Those who find no permit wait for a moment and are then told to come again;
a health check needs none, or the load balancer would take the task out just when its neighbours are as badly off.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque

from app.kit.problems import Unavailable

# Seconds that a request waits for a permit, as long as permits become free: a crowd is served, a standstill is not.
SHORT_WAIT = 0.25
WITHOUT_PERMIT = {"/", "/health", "/version", "/openapi.json", "/docs"}


class Busy(Unavailable):
    """Too many are waiting. Nothing was done for this request."""

    def __init__(self) -> None:
        super().__init__("Too many requests at once. Nothing was changed.")


class ConcurrencyLimiter:
    """Room for `permits` requests of one event loop; those who find none queue up, first come, first served."""

    def __init__(self, permits: int) -> None:
        self._free = permits
        self._queue: deque[asyncio.Future[bool]] = deque()  # each done when its request has a permit, or has none
        self._last_moved = 0.0  # when somebody came in or left

    async def enter(self) -> None:
        """Raises Busy."""
        if self._free:
            self._free -= 1
            self._last_moved = time.monotonic()
            return
        if time.monotonic() - self._last_moved > SHORT_WAIT:
            raise Busy
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        self._queue.append(turn)
        over = loop.call_later(SHORT_WAIT, self._give_up, turn)
        has_permit = await turn
        over.cancel()
        if not has_permit:
            raise Busy

    def leave(self) -> None:
        self._last_moved = time.monotonic()
        if self._queue:
            self._queue.popleft().set_result(True)
        else:
            self._free += 1

    def _give_up(self, turn: asyncio.Future[bool]) -> None:
        if not turn.done():
            self._queue.remove(turn)
            turn.set_result(False)
