"""The fast checker says of every small history what the definition says, and of a broken store where it broke."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from reliability.linearizability import ADOPT, LIKE, READ, HistoryOperation, NotLinearizable, check
from tests.reliability.search import is_linearizable

LONGEST = 7  # operations: the search takes time exponential in them


def accepts(operations: list[HistoryOperation], count: int = 0, adopted: bool = False) -> bool:
    try:
        check(operations, count, adopted)
    except NotLinearizable:
        return False
    return True


def a_history(chance: random.Random) -> tuple[list[HistoryOperation], int, bool]:
    """What some calls at once were told by a right object; with how many likes it began, and whether adopted."""
    count, adopted = chance.choice([0, 0, 3]), chance.random() < 0.1
    likes, home = count, adopted
    history, instants = [], []
    for place in range(chance.randint(1, LONGEST)):
        action, begin = chance.choice([LIKE, LIKE, READ, READ, ADOPT]), chance.randint(0, 12)
        end = begin + chance.choice([0, 1, 2, 3, 6])
        history.append(HistoryOperation(action, begin, end))
        effect = chance.randint(begin, end)
        instants += [(effect, chance.random(), 0, place), (chance.randint(effect, end), 1.0, 1, place)]
    for _, _, step, place in sorted(instants):
        each = history[place]
        # Which of those in doubt take effect, the operation itself does not tell.
        in_doubt, happens = each.end % 4 == 0, place % 2 == 0
        if each.action == LIKE and step == 0:
            likes += happens or not in_doubt
        elif each.action == LIKE and not in_doubt:
            history[place] = each._replace(likes=likes)
        elif each.action == READ and step == 0:
            history[place] = each._replace(likes=likes, adopted=None if in_doubt else home)
        elif each.action == ADOPT and step == 0:
            history[place] = each._replace(adopted=None if in_doubt else not home)
            home = home or happens or not in_doubt
    return history, count, adopted


def changed(history: list[HistoryOperation], chance: random.Random) -> list[HistoryOperation]:
    """With another answer or another instant in one place, most of the time."""
    place = chance.randrange(len(history))
    each = history[place]
    change = chance.choice(["nothing", "likes", "likes", "adopted", "begin", "end"])
    if change == "likes" and each.likes is not None:
        each = each._replace(likes=max(0, each.likes + chance.choice([-2, -1, 1, 2])))
    elif change == "adopted" and each.adopted is not None:
        each = each._replace(adopted=not each.adopted)
    elif change == "begin":
        each = each._replace(begin=chance.randint(0, each.end))
    elif change == "end":
        each = each._replace(end=each.begin + chance.randint(0, 6))
    return [*history[:place], each, *history[place + 1 :]]


@pytest.mark.parametrize("seed", range(8))
def test_it_says_what_a_search_says_of_thousands_of_small_histories(seed: int) -> None:
    chance = random.Random(seed)
    said: Counter[bool] = Counter()
    for _ in range(500):
        history, count, adopted = a_history(chance)
        assert accepts(history, count, adopted), (history, count, adopted)
        history = changed(history, chance)
        expected = is_linearizable(history, count, adopted)
        said[expected] += 1
        assert expected == accepts(history, count, adopted), (history, count, adopted)
    assert min(said.values()) > 50, "both answers have to be there often"
