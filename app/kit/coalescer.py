"""Request coalescer: group commit for writes, one call for simultaneous reads.

A request for a key joins the open batch of that key; where there is none, it opens one. A batch begins when the one
before it on the same key has ended and the process has room for its work, and takes requests until that moment: one
piece of work, begun after all who share it had arrived, its result given to each. So a lone request waits for nobody; a
crowd costs one call after the other; a slower data store makes larger batches instead of longer queues; and where the
processor is what everybody waits for, batches wait for it too, and grow meanwhile.

All of it happens on one event loop, so there is no lock. A batch always ends, whatever its work raised; nobody waits
for longer than `patience` and GRACE.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar, cast

from app.kit.adaptive_concurrency import AdaptiveConcurrency
from app.kit.concurrency_limiter import Busy
from app.kit.problems import Unavailable

# Seconds that a request is tried for; a server that is told to stop waits for longer.
PATIENCE = 8.0
# Seconds that a call which was under way at the deadline may go on for: its own time-outs and a little more.
GRACE = 4.0

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


class BatchTimedOut(Unavailable):
    """The work of this batch was begun, and did not end in time."""


class RequestCoalescer(Generic[Key, Result]):
    """`work(key, size, deadline)` does one batch for `size` requests until `deadline` (of `time.monotonic`)."""

    def __init__(self, work: Callable[[Key, int, float], Awaitable[Result]], patience: float = PATIENCE) -> None:
        self._work = work
        self._patience = patience  # seconds
        self._concurrency = AdaptiveConcurrency()
        self._open: dict[Key, _Batch[Key, Result]] = {}  # they take requests
        self._at_work: dict[Key, _Batch[Key, Result]] = {}
        # Open, and nothing of their key is at work; oldest first.
        self._ready: deque[_Batch[Key, Result]] = deque()
        # The loop itself holds tasks by weak references alone.
        self._tasks: set[asyncio.Task[None]] = set()
        self._look: asyncio.TimerHandle | None = None

    async def do(self, key: Key) -> Result:
        """The result of a batch begun after this call was made. Raises Busy, BatchTimedOut, and what `work` does."""
        mine = self._open.get(key)
        if mine is None:
            mine = self._opened(key)
        await mine.added()
        if mine.error is not None:
            raise _copied(mine.error)
        return cast("Result", mine.result)

    def _opened(self, key: Key) -> _Batch[Key, Result]:
        loop = asyncio.get_running_loop()
        mine = _Batch[Key, Result](key, time.monotonic() + self._patience)
        mine.over = loop.call_later(self._patience, self._give_up, mine)
        self._open[key] = mine
        if key not in self._at_work:
            self._ready.append(mine)
            self._let_begin()
        return mine

    def _let_begin(self) -> None:
        """Begin those who are ready, as far as the process has room for their work."""
        while self._ready and self._has_room():
            mine = self._ready.popleft()
            mine.began = time.monotonic()
            self._at_work[mine.key] = mine
            task = asyncio.get_running_loop().create_task(self._lead(mine))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if self._ready and self._look is None:
            # Nobody else may come by who sees that work has become overdue.
            self._look = asyncio.get_running_loop().call_later(self._concurrency.overdue, self._look_again)

    def _look_again(self) -> None:
        self._look = None
        self._let_begin()

    def _has_room(self) -> bool:
        limit = self._concurrency.limit
        if len(self._at_work) < limit:
            return True
        # Work that takes long waits for something else than the processor, and holds up nobody.
        overdue = time.monotonic() - self._concurrency.overdue
        return sum(each.began > overdue for each in self._at_work.values()) < limit

    async def _lead(self, mine: _Batch[Key, Result]) -> None:
        """Close the batch, do its work, and let the next one of its key begin."""
        # Whoever came until now is in it, and nobody else.
        del self._open[mine.key]
        began = time.monotonic()
        try:
            mine.result = await self._work(mine.key, mine.size, mine.deadline)
        except BaseException as error:  # noqa: BLE001 (it is raised by all who wait for it)
            mine.error = error
        duration = time.monotonic() - began
        mine.end()
        # Behind those who wake now: while they do, the next batch grows.
        asyncio.get_running_loop().call_soon(self._pass_on, mine, duration)

    def _pass_on(self, mine: _Batch[Key, Result], duration: float) -> None:
        del self._at_work[mine.key]
        self._concurrency.add(duration)
        if (following := self._open.get(mine.key)) is not None:
            self._ready.append(following)
        self._let_begin()

    def _give_up(self, mine: _Batch[Key, Result]) -> None:
        """The patience of the first of a batch is over."""
        if self._at_work.get(mine.key) is mine:
            mine.over = asyncio.get_running_loop().call_later(GRACE, self._leave, mine)
            return
        del self._open[mine.key]
        if mine in self._ready:
            self._ready.remove(mine)
        mine.error = Busy()
        mine.end()

    def _leave(self, mine: _Batch[Key, Result]) -> None:
        mine.error = BatchTimedOut("The data store did not answer in time.")
        mine.end()


class _Batch(Generic[Key, Result]):
    """Requests that share one piece of work."""

    __slots__ = ("_waiters", "began", "deadline", "error", "key", "over", "result", "size")

    def __init__(self, key: Key, deadline: float) -> None:
        self.key = key
        self.size = 0
        self.result: Result | None = None
        self.error: BaseException | None = None
        self.deadline = deadline
        self.over: asyncio.TimerHandle | None = None  # what happens when the time for it is over
        self.began = 0.0  # of `time.monotonic`
        self._waiters: list[asyncio.Future[None]] = []

    def added(self) -> asyncio.Future[None]:
        """What one more request waits for: a future of its own, which nobody else's end cancels."""
        self.size += 1
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        return waiter

    def end(self) -> None:
        """Wake all who wait; once. What comes later than that is for nobody."""
        if self.over is not None:
            self.over.cancel()
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters = []


def _copied(error: BaseException) -> BaseException:
    """The same error for another request: raised by many, one would gather the tracebacks of all."""
    # Not `copy.copy`, which calls `__init__` with what `args` holds; werkzeug's errors hold nothing there.
    another = type(error).__new__(type(error), *error.args)
    another.__dict__.update(error.__dict__)
    another.__cause__ = error.__cause__
    return another
