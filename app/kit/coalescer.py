"""Request coalescer: group commit for writes, one call for simultaneous reads.

The first request for a key does the work at once, alone. Requests for the same key that arrive while it is under way
wait and form the next batch: one piece of work, done by the first of them, begun after all of them had arrived, its
result given to each. So a lone request waits for nobody, a crowd costs one call after the other, and a slower data
store makes larger batches instead of longer queues.

There is no thread of its own: every batch is led by one of the requests in it. A leader always hands on, whatever its
work raised; nobody waits for longer than `patience`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar, cast

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
        self._under_way: dict[Key, _Batch[Result]] = {}
        # Held for a few instructions, never during work.
        self._lock = threading.Lock()

    def do(self, key: Key) -> Result:
        """The result of a batch begun after this call was made. Raises Busy, BatchTimedOut, and what `work` does."""
        deadline = time.monotonic() + self._patience
        with self._lock:
            current = self._under_way.get(key)
            if current is None:
                mine = self._under_way[key] = _Batch[Result]()
            elif current.next is None:
                mine = current.next = _Batch[Result]()
            else:
                mine = current.next
            mine.size += 1
            waiter = mine.add_waiter() if mine.size > 1 else None
        if waiter is not None:
            return self._await(key, mine, waiter)
        if current is not None and not mine.turn.acquire(timeout=self._patience):
            self._give_up(key, mine)
        return self._lead(key, mine, deadline)

    def _lead(self, key: Key, mine: _Batch[Result], deadline: float) -> Result:
        try:
            if mine.error is not None:
                raise mine.error
            mine.result = self._work(key, mine.size, deadline)
            return mine.result
        except BaseException as error:
            mine.error = error
            raise
        finally:
            self._pass_on(key, mine)

    def _await(self, key: Key, mine: _Batch[Result], waiter: threading.Lock) -> Result:
        if not waiter.acquire(timeout=self._patience + GRACE) and mine.left(waiter):
            raise BatchTimedOut("The data store did not answer in time.")
        self._pass_on(key, mine)
        if mine.error is not None:
            raise _copied(mine.error)
        return cast("Result", mine.result)

    def _pass_on(self, key: Key, mine: _Batch[Result]) -> None:
        """Wake the next of this batch; behind the last, let the next batch begin.

        All at once, they would fight for the interpreter lock. And while they wake, the next batch grows.
        """
        if mine.wake_one():
            return
        with self._lock:
            if self._under_way.get(key) is not mine:
                return
            if mine.next is None:
                del self._under_way[key]
            else:
                self._under_way[key] = mine.next
                mine.next.turn.release()

    def _give_up(self, key: Key, mine: _Batch[Result]) -> None:
        """The batch before this one does not end: let go of this one, unless its turn has come just now."""
        with self._lock:
            current = self._under_way.get(key)
            if current is not None and current.next is mine:
                current.next = None
                mine.error = Busy()


class _Batch(Generic[Result]):
    """Requests that share one piece of work. `size`, `next` and new waiters come under the coalescer's lock only."""

    def __init__(self) -> None:
        self.size = 0
        self.next: _Batch[Result] | None = None
        self.result: Result | None = None
        self.error: BaseException | None = None
        self.turn = threading.Lock()  # released when the leader may begin
        self.turn.acquire()
        self._waiters: deque[threading.Lock] = deque()  # each released when its request may go on

    def add_waiter(self) -> threading.Lock:
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
