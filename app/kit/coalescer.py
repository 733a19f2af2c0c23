"""Request coalescer: group commit for writes, one call for simultaneous reads.

A request for a key joins the open batch of that key; where there is none, it opens one and leads it. A batch begins
when the one before it on the same key has ended and the process has room for its work, and takes requests until that
moment: one piece of work, begun after all who share it had arrived, its result given to each. So a lone request waits
for nobody; a crowd costs one call after the other; a slower data store makes larger batches instead of longer queues;
and where the processor is what everybody waits for, batches wait for it too, and grow meanwhile.

There is no thread of its own: every batch is led by one of the requests in it. A leader always hands on, whatever its
work raised; nobody waits for longer than `patience`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
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

    def __init__(self, work: Callable[[Key, int, float], Result], patience: float = PATIENCE) -> None:
        self._work = work
        self._patience = patience  # seconds
        self._concurrency = AdaptiveConcurrency()
        self._open: dict[Key, _Batch[Key, Result]] = {}  # they take requests
        self._at_work: dict[Key, _Batch[Key, Result]] = {}
        # Open, and nothing of their key is at work; oldest first.
        self._ready: deque[_Batch[Key, Result]] = deque()
        # Held for a few instructions, never during work.
        self._lock = threading.Lock()

    def do(self, key: Key) -> Result:
        """The result of a batch begun after this call was made. Raises Busy, BatchTimedOut, and what `work` does."""
        deadline = time.monotonic() + self._patience
        with self._lock:
            mine = self._open.get(key)
            waiter = mine.add_waiter() if mine is not None else None
            if mine is None:
                mine = _Batch[Key, Result](key)
                is_begun = self._begun_at_once(mine)
        if waiter is not None:
            return self._await(mine, waiter)
        if not is_begun and not self._wait_for_turn(mine, deadline):
            mine.error = Busy()
        return self._lead(mine, deadline)

    def _begun_at_once(self, mine: _Batch[Key, Result]) -> bool:
        """Whether nobody has to be waited for; else the batch is open for others now."""
        is_ready = mine.key not in self._at_work
        if is_ready and not self._ready and self._has_room():
            self._begin(mine)
            return True
        mine.turn.acquire()
        self._open[mine.key] = mine
        if is_ready:
            self._ready.append(mine)
            self._let_begin()
        return False

    def _begin(self, mine: _Batch[Key, Result]) -> None:
        mine.began = time.monotonic()
        self._at_work[mine.key] = mine

    def _let_begin(self) -> None:
        """Give their turn to those who are ready, as far as the process has room for their work."""
        while self._ready and self._has_room():
            following = self._ready.popleft()
            self._begin(following)
            following.turn.release()

    def _has_room(self) -> bool:
        limit = self._concurrency.limit
        if len(self._at_work) < limit:
            return True
        # Work that takes long waits for something else than the processor, and holds up nobody.
        overdue = time.monotonic() - self._concurrency.overdue
        return sum(each.began > overdue for each in self._at_work.values()) < limit

    def _wait_for_turn(self, mine: _Batch[Key, Result], deadline: float) -> bool:
        """Close the batch when it may begin; False when its time is over before."""
        while not mine.turn.acquire(timeout=max(0.0, min(self._concurrency.overdue, deadline - time.monotonic()))):
            with self._lock:
                # Nobody else may come by who sees that work has become overdue.
                self._let_begin()
                if self._at_work.get(mine.key) is mine or time.monotonic() < deadline:
                    continue
                del self._open[mine.key]
                if mine in self._ready:
                    self._ready.remove(mine)
                return False
        with self._lock:
            del self._open[mine.key]
        return True

    def _lead(self, mine: _Batch[Key, Result], deadline: float) -> Result:
        began = time.monotonic()
        try:
            if mine.error is not None:
                raise mine.error
            mine.result = self._work(mine.key, mine.size, deadline)
            return mine.result
        except BaseException as error:
            mine.error = error
            raise
        finally:
            mine.duration = time.monotonic() - began
            self._pass_on(mine)

    def _await(self, mine: _Batch[Key, Result], waiter: threading.Lock) -> Result:
        if not waiter.acquire(timeout=self._patience + GRACE) and mine.left(waiter):
            raise BatchTimedOut("The data store did not answer in time.")
        self._pass_on(mine)
        if mine.error is not None:
            raise _copied(mine.error)
        return cast("Result", mine.result)

    def _pass_on(self, mine: _Batch[Key, Result]) -> None:
        """Wake the next of this batch; behind the last, let the next batch begin.

        All at once, they would fight for the interpreter lock. And while they wake, the next batch grows.
        """
        if mine.wake_one():
            return
        with self._lock:
            if self._at_work.get(mine.key) is not mine:
                return
            del self._at_work[mine.key]
            self._concurrency.add(mine.duration)
            if (following := self._open.get(mine.key)) is not None:
                self._ready.append(following)
            self._let_begin()


class _Batch(Generic[Key, Result]):
    """Requests that share one piece of work. `size` and new waiters come under the coalescer's lock only."""

    __slots__ = ("_waiters", "began", "duration", "error", "key", "result", "size", "turn")

    def __init__(self, key: Key) -> None:
        self.key = key
        self.size = 1
        self.result: Result | None = None
        self.error: BaseException | None = None
        self.turn = threading.Lock()  # where the leader waits: released when it may begin
        self.began = 0.0  # when it was, of `time.monotonic`
        self.duration = 0.0  # of its work, in seconds
        self._waiters: deque[threading.Lock] = deque()  # each released when its request may go on

    def add_waiter(self) -> threading.Lock:
        self.size += 1
        waiter = threading.Lock()
        waiter.acquire()
        self._waiters.append(waiter)
        return waiter

    def left(self, waiter: threading.Lock) -> bool:
        """Give up waiting; False when it has just been called."""
        try:
            self._waiters.remove(waiter)
        except ValueError:
            return False
        return True

    def wake_one(self) -> bool:
        if not self._waiters:
            return False
        try:
            self._waiters.popleft().release()
        except IndexError:
            return False
        return True


def _copied(error: BaseException) -> BaseException:
    """The same error for another thread: raised by many, one would gather the tracebacks of all."""
    # Not `copy.copy`, which calls `__init__` with what `args` holds; werkzeug's errors hold nothing there.
    another = type(error).__new__(type(error), *error.args)
    another.__dict__.update(error.__dict__)
    another.__cause__ = error.__cause__
    return another
