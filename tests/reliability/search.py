"""Whether a small history is linearizable, by search: the definition itself, to hold the fast checker against.

Wing & Gong, "Testing and verifying concurrent objects", 1993: of the instants that nothing undone precedes, each is
tried as the next.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache

from reliability.linearizability import ADOPT, LIKE, HistoryOperation


def is_linearizable(operations: Sequence[HistoryOperation], count: int = 0, adopted: bool = False) -> bool:
    """`done` are the instants behind: (place of the operation, 0 for its effect, 1 for the return of a like)."""
    instants = frozenset(
        (place, step)
        for place, each in enumerate(operations)
        for step in ((0, 1) if each.action == LIKE and not each.is_in_doubt else (0,))
    )
    needed = frozenset((place, step) for place, step in instants if not operations[place].is_in_doubt)

    def following(done: frozenset[tuple[int, int]], likes: int, home: bool) -> Iterator[tuple[int, int, int, bool]]:
        soonest = min((operations[place].end for place, _ in needed - done), default=math.inf)
        for place, step in instants - done:
            each = operations[place]
            if each.begin > soonest or (step == 1 and (place, 0) not in done):
                continue
            if each.action == LIKE and step == 0:
                yield place, step, likes + 1, home
            elif each.action == ADOPT:
                if each.adopted is None or each.adopted is not home:
                    yield place, step, likes, True
            elif each.likes == likes and each.adopted in (None, home):
                yield place, step, likes, home

    @cache
    def goes_on(done: frozenset[tuple[int, int]], likes: int, home: bool) -> bool:
        return needed <= done or any(
            goes_on(done | {(place, step)}, more, now) for place, step, more, now in following(done, likes, home)
        )

    return goes_on(frozenset(), count, adopted)
