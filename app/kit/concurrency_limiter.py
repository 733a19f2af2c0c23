"""Concurrency limiter: so many requests at once that the process can always say that it lives.

A request holds a thread while it waits for the data store. When that hangs, threads run out; and a health check that
finds no thread takes the task out of the load balancer just when its neighbours are as badly off.
"""

from __future__ import annotations

import threading
import time
from collections import deque

from flask import Flask, g, request

from app.kit.problems import Unavailable

# Of the threads, one in so many stays free for those who need no permit.
RESERVE = 8
# Seconds that a request waits for a permit, as long as permits become free: a crowd is served, a standstill is not.
SHORT_WAIT = 0.25
WITHOUT_PERMIT = {"/", "/health", "/version", "/openapi.json", "/docs"}


class Busy(Unavailable):
    """Too many are waiting. Nothing was done for this request."""

    def __init__(self) -> None:
        super().__init__("Too many requests at once. Nothing was changed.")


class ConcurrencyLimiter:
    """Room for `permits` requests; those who find none queue up, first come, first served."""

    def __init__(self, permits: int) -> None:
        self._lock = threading.Lock()
        self._free = permits
        self._queue: deque[threading.Lock] = deque()  # each released when its request has a permit
        self._last_moved = 0.0  # when somebody came in or left

    def enter(self) -> None:
        """Raises Busy."""
        with self._lock:
            if self._free:
                self._free -= 1
                self._last_moved = time.monotonic()
                return
            if time.monotonic() - self._last_moved > SHORT_WAIT:
                raise Busy
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        if turn.acquire(timeout=SHORT_WAIT):
            return
        with self._lock:
            if turn in self._queue:
                self._queue.remove(turn)
                raise Busy
        # Else it was called between the two: the permit is ours.

    def leave(self) -> None:
        with self._lock:
            self._last_moved = time.monotonic()
            if self._queue:
                self._queue.popleft().release()
            else:
                self._free += 1


def limit_concurrency(app: Flask, threads: int) -> None:
    """Limit how many requests are in every route that may wait, in a server with so many threads."""
    limiter = ConcurrencyLimiter(max(1, threads - max(1, threads // RESERVE)))

    @app.before_request
    def enter() -> None:
        if request.path not in WITHOUT_PERMIT:
            limiter.enter()
            g.has_permit = True

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        if g.pop("has_permit", False):
            limiter.leave()
