"""Linearizability of the history of one mysfit, decided in O(n log n).

A history is linearizable when every operation can be given one instant between its begin and its end such that, in
the order of these instants, each answer is what the sequential object answers: Herlihy & Wing, "Linearizability: a
correctness condition for concurrent objects", 1990. Each mysfit is an object of its own, and linearizability is local
(their theorem 1), so mysfits are checked one by one.

**The object** is a pair, a number of likes and whether it is adopted.
    like    adds 1, and returns the number at a later instant of the same call. Two instants, because requests share
            writes (app/kit/coalescer.py): all of a batch return the number after the batch, and a batch whose answer
            was lost the number that the row shows when asked again. One alone returns its own number.
    read    returns the number, and whether it is adopted, at one instant.
    adopt   succeeds once; from then on it is refused.
An operation in doubt (no answer, or one that says nothing of the outcome) takes effect once after its begin, or never.

**The argument.** Deciding this in general is NP-complete, and takes a search (Wing & Gong, "Testing and verifying
concurrent objects", 1993); for a counter intervals suffice (compare Gibbons & Korach, "Testing shared memories",
1997). Let T(k) be the instant at which the number becomes k. Whoever returned v was there from T(v) to T(v+1). So
    lo(k), the latest begin among those who returned less than k,   <= T(k) <=
    hi(k), the earliest end among those who returned k or more,
and both grow with k. Given any T within these limits that grows with k, each v has an instant for its return.
It remains to find for each k a like of its own that made the number k: one that began by T(k), and, when it returned v,
with k <= v. Such a like ends after T(k), because hi(k) <= hi(v) <= its end. Later is therefore better, and T(k) = hi(k)
without loss. Then like i may stand at every k from the first with hi(k) >= its begin, to v; one in doubt to any. That
is a matching of intervals to the points 1 … n that fills every point and leaves no answered like over: for each k, of
the likes that may stand there, the one that may stand at the fewest later ones.

An adoption at the instant A, between `low` and `high`, while the number is m, is a return of m between `low` and `high`
and no more: those who saw it before have returned m at the most, those who saw it after m at the least. A larger m
only tightens hi, so the smallest possible m decides.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

LIKE, READ, ADOPT = "like", "read", "adopt"


class HistoryOperation(NamedTuple):
    """`begin` and `end` in nanoseconds of one clock; two that touch are concurrent.

    `likes` is the number that a like or a read returned, None for a like in doubt. `adopted` is what a read has seen
    (None where it was not told), and whether an adoption succeeded or was refused (None in doubt).
    """

    action: str
    begin: int
    end: int
    likes: int | None = None
    adopted: bool | None = None

    @property
    def is_in_doubt(self) -> bool:
        return (self.adopted if self.action == ADOPT else self.likes) is None

    def line(self, zero: int) -> str:
        """For people, its times in seconds from `zero`."""
        since = f"the {self.action} from {(self.begin - zero) / 1e9:.6f}"
        if self.is_in_doubt:
            return f"{since} s on, in doubt"
        if self.action == ADOPT:
            answer = "succeeded" if self.adopted else "was refused"
        else:
            answer = f"returned {self.likes:,}" + ("" if self.adopted is None else f" and {self._state}")
        return f"{since} to {(self.end - zero) / 1e9:.6f} s, which {answer}"

    @property
    def _state(self) -> str:
        return "adopted" if self.adopted else "not adopted"


class NotLinearizable(Exception):
    """No order explains the history. The message says why, and names the operations that contradict each other."""

    def __init__(self, why: str, zero: int, *operations: HistoryOperation) -> None:
        named = "; ".join(operation.line(zero) for operation in operations)
        super().__init__(f"{why}: {named}." if named else f"{why}.")
        self.operations = operations


class _Return(NamedTuple):
    """Somebody saw this number of likes, at an instant from `begin` to `end`."""

    likes: int
    begin: float
    end: float
    by: HistoryOperation


def check(operations: Sequence[HistoryOperation], count: int = 0, adopted: bool = False) -> None:
    """Check that the history of a mysfit that began with so many likes is linearizable. Raises NotLinearizable."""
    zero = min((each.begin for each in operations), default=0)
    likes = sorted((each for each in operations if each.action == LIKE), key=lambda each: each.begin)
    # One more than there can be is too many already, however large an answer is.
    beyond = count + len(likes) + 1
    returns = [
        _Return(min(each.likes, beyond), each.begin, each.end, each)
        for each in operations
        if each.action != ADOPT and each.likes is not None
    ]
    fewest = min(returns, key=lambda each: each.likes, default=None)
    if fewest and fewest.likes < count:
        raise NotLinearizable(f"It began with {count:,} likes", zero, fewest.by)
    limits = _Limits(returns, count, zero)
    adoption = _adoption(operations, adopted, limits, zero)
    if adoption:
        limits = _Limits([*returns, adoption], count, zero)
    _match(likes, limits, zero)


class _Limits:
    """When the number of likes became each k above `count`: not before lo(k), not after hi(k). Raises Violation."""

    def __init__(self, returns: Iterable[_Return], count: int, zero: int) -> None:
        self.count = count
        self.highest = max((each.likes for each in returns), default=count)
        size = self.highest - count
        latest: list[_Return | None] = [None] * (size + 1)
        earliest: list[_Return | None] = [None] * (size + 1)
        for each in returns:
            k = each.likes - count
            if latest[k] is None or each.begin > latest[k].begin:  # type: ignore[union-attr]
                latest[k] = each
            if earliest[k] is None or each.end < earliest[k].end:  # type: ignore[union-attr]
                earliest[k] = each
        for k in range(size - 1, -1, -1):
            earliest[k] = min(filter(None, (earliest[k], earliest[k + 1])), key=lambda each: each.end, default=None)
        self._earliest = earliest
        below: _Return | None = None
        for k in range(1, size + 1):
            below = max(filter(None, (below, latest[k - 1])), key=lambda each: each.begin, default=None)
            if below and below.begin > self.hi(count + k).end:
                raise NotLinearizable("The number of likes went back", zero, self.hi(count + k).by, below.by)

    def hi(self, k: int) -> _Return:
        """Of those who saw k or more, the one that ended first; `count` < k <= `highest`."""
        found = self._earliest[k - self.count]
        assert found is not None  # noqa: S101 (somebody saw the highest)
        return found

    def became_before(self, instant: float) -> int:
        """The largest number that there must have been before this instant."""
        low, high = self.count, self.highest
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.hi(middle).end < instant else (low, middle - 1)
        return low


def _adoption(operations: Sequence[HistoryOperation], adopted: bool, limits: _Limits, zero: int) -> _Return | None:
    """The adoption as a return of the number of likes that there were; None where nobody can tell."""
    tries = [each for each in operations if each.action == ADOPT]
    reads = [each for each in operations if each.action == READ]
    done = [each for each in tries if each.adopted]
    before = [each for each in reads if each.adopted is False]
    after = [each for each in reads if each.adopted] + [each for each in tries if each.adopted is False]
    if len(done) + adopted > 1:
        raise NotLinearizable("It was adopted more than once", zero, *done[:2])
    if adopted:
        if before:
            raise NotLinearizable("It was adopted from the beginning", zero, before[0])
        return None
    if not done and not after:
        return None
    first = done[0] if done else min((t for t in tries if t.adopted is None), key=lambda t: t.begin, default=None)
    if first is None:
        raise NotLinearizable("Nobody adopted it", zero, after[0])
    last_before = max([first, *before], key=lambda each: each.begin)
    first_after = min([*done, *after], key=lambda each: each.end)
    if last_before.begin > first_after.end:
        raise NotLinearizable("The adoption came and went", zero, first_after, last_before)
    fewest = max([each for each in before if each.likes is not None], key=lambda each: each.likes or 0, default=None)
    most = min([each for each in after if each.likes is not None], key=lambda each: each.likes or 0, default=None)
    likes = max(limits.became_before(last_before.begin), (fewest.likes or 0) if fewest else 0)
    if most and likes > (most.likes or 0):
        raise NotLinearizable("With fewer likes it was adopted already", zero, most, fewest or last_before)
    return _Return(likes, last_before.begin, first_after.end, first)


def _match(likes: Sequence[HistoryOperation], limits: _Limits, zero: int) -> None:
    """Give each number of likes a like of its own. Raises Violation."""
    waiting: list[tuple[float, int]] = []  # the largest number that it may have made, and its place in `likes`
    begun = 0
    for k in range(limits.count + 1, limits.highest + 1):
        seen = limits.hi(k)
        while begun < len(likes) and likes[begun].begin <= seen.end:
            returned = likes[begun].likes
            heapq.heappush(waiting, (math.inf if returned is None else returned, begun))
            begun += 1
        if not waiting:
            raise NotLinearizable(f"{k:,} likes were seen when {begun:,} had been sent", zero, seen.by)
        most, place = heapq.heappop(waiting)
        if most < k:
            raise NotLinearizable("An answered like is not counted", zero, likes[place], seen.by)
    lost = [likes[place] for most, place in waiting if most < math.inf]
    lost += [each for each in likes[begun:] if each.likes is not None]
    if lost:
        raise NotLinearizable("An answered like is not counted", zero, lost[0])
