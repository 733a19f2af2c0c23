"""What was answered is there after `kill -9` at any moment; and who says so can tell."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from reliability.kills.__main__ import killed, shown
from reliability.kills.ledger import Ledger, NotAnswered, wrong_counts, wrong_events, wrong_values


@pytest.mark.timeout(900)
def test_what_was_answered_is_there_after_each_of_three_kills(tmp_path: Path) -> None:
    outcome = killed(tmp_path / "local", 3, print)
    assert outcome.wrong == ()
    kinds = Counter(name.partition(" ")[0] for name in outcome.ledger.values)
    assert min(kinds[kind] for kind in ("object", "parameter", "row")) > 0
    assert outcome.ledger.counted.total() > 0
    assert outcome.ledger.events["client"]
    assert "| kills | 3 |" in shown(outcome)


@pytest.fixture
def ledger() -> Ledger:
    """Two likes that were answered and one in doubt; a value and an event, each followed by one in doubt."""
    ledger = Ledger()
    for answered in (True, True, False):
        try_to(ledger.counting("like a"), answered)
    for value, answered in (("1", True), ("2", False)):
        try_to(ledger.setting("object k", value), answered)
        try_to(ledger.logging("s", value), answered)
    return ledger


def try_to(attempt: object, answered: bool) -> None:
    with attempt:  # type: ignore[attr-defined]
        if not answered:
            raise NotAnswered


@pytest.mark.parametrize(("stored", "holds"), [(1, False), (2, True), (3, True), (4, False)])
def test_likes_are_those_answered_and_at_most_those_in_doubt(ledger: Ledger, stored: int, holds: bool) -> None:
    assert (wrong_counts(ledger, {"like a": stored}) == []) is holds


@pytest.mark.parametrize(("stored", "holds"), [("0", False), ("1", True), ("2", True), (None, False)])
def test_a_value_is_the_one_answered_last_or_one_in_doubt_after_it(
    ledger: Ledger, stored: str | None, holds: bool
) -> None:
    assert (wrong_values(ledger, {"object k": stored} if stored else {}) == []) is holds


@pytest.mark.parametrize(("stored", "holds"), [([], False), (["1"], True), (["1", "2"], True), (["1", "1"], False)])
def test_events_are_those_answered_and_at_most_those_in_doubt(ledger: Ledger, stored: list[str], holds: bool) -> None:
    assert (wrong_events(ledger, {"s": stored}) == []) is holds


def test_likes_of_a_row_that_is_gone_are_missed(ledger: Ledger) -> None:
    assert wrong_counts(ledger, {}) == ["like a: 0 stored, 2 answered, 1 in doubt"]
