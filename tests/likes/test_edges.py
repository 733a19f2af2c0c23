"""The edges of the argument in docs/decisions/0004: a number that became the low-water mark, a row ahead, a last try.

Breaks that this file notices, tried: `WriterFloor <= :number`; a low-water mark that is not what was removed last; a
sweep without its conditions; a pause without an end; `SILENCE` and `CROWD` off by one.
"""

from __future__ import annotations

import random
import time
from types import SimpleNamespace
from typing import Any

import pytest

from app.kit.dynamodb import InDoubt, NotApplied, Refused, Table
from app.kit.event_loop import run
from app.likes import sequence_numbers, store
from app.likes.sequence_numbers import CROWD, PREFIX, SILENCE, Writer, removable
from app.likes.store import Likes
from tests.conftest import Rows

SECOND = 1_000_000  # in numbers


class Recording:
    """A table that keeps what it was asked, and raises first what it was made with."""

    def __init__(self, table: Table, *errors: Exception | None) -> None:
        self._table = table
        self._errors = list(errors)
        self.asked: list[dict[str, Any]] = []

    async def update(self, key: Any, **expressions: Any) -> Any:
        self.asked.append({"key": key, **expressions})
        if self._errors and (error := self._errors.pop(0)):
            raise error
        return await self._table.update(key, **expressions)


def pausing(pauses: list[float]) -> SimpleNamespace:
    """An `asyncio` whose pauses are noted, and over."""

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    return SimpleNamespace(sleep=sleep)


def likes_on(table: Any) -> Likes:
    return Likes(table, Writer())


def soon() -> float:
    return time.monotonic() + 60


def now() -> int:
    return time.time_ns() // 1_000


def redelivered(table: Table, asked: dict[str, Any]) -> None:
    """What the network kept arrives once more."""
    expressions = dict(asked)
    run(table.update(expressions.pop("key"), **expressions))


def test_a_late_duplicate_of_the_stamp_that_became_the_floor_counts_nothing(table: Table, rows: Rows) -> None:
    mysfit_id = rows.add()
    recording = Recording(table)
    run(likes_on(recording).add(mysfit_id, 5, soon()))
    (write,) = recording.asked
    number = write["ExpressionAttributeValues"][":number"]
    # Its writer is swept, and no other was newer.
    run(
        table.update(
            {"MysfitId": mysfit_id},
            UpdateExpression="REMOVE #writer SET WriterFloor = :low_water",
            ExpressionAttributeNames=write["ExpressionAttributeNames"],
            ExpressionAttributeValues={":low_water": number},
        )
    )
    with pytest.raises(Refused):
        redelivered(table, write)
    assert rows.get(mysfit_id)["Likes"] == 5


def test_a_duplicate_counts_nothing_while_the_row_knows_its_writer(table: Table, rows: Rows) -> None:
    mysfit_id = rows.add()
    recording = Recording(table)
    likes = likes_on(recording)
    for count in (5, 7):
        run(likes.add(mysfit_id, count, soon()))
    for write in recording.asked:
        with pytest.raises(Refused):
            redelivered(table, write)
    assert rows.get(mysfit_id)["Likes"] == 12


def test_a_stamp_just_above_the_floor_is_taken(table: Table, rows: Rows) -> None:
    low_water = now() + 3_600 * SECOND
    mysfit_id = rows.add(WriterFloor=low_water)
    recording = Recording(table)
    assert run(likes_on(recording).add(mysfit_id, 2, soon())) == 2
    numbers_tried = [asked["ExpressionAttributeValues"][":number"] for asked in recording.asked]
    assert len(numbers_tried) == 2
    assert numbers_tried[0] < low_water
    assert numbers_tried[1] == low_water + 1


def test_a_row_that_is_ahead_of_its_own_writer_takes_a_stamp_above_it(table: Table, rows: Rows) -> None:
    writer = Writer()
    ahead = now() + 3_600 * SECOND
    mysfit_id = rows.add(**{writer.attribute: ahead})
    assert run(Likes(table, writer).add(mysfit_id, 2, soon())) == 2
    assert rows.get(mysfit_id)[writer.attribute] == ahead + 1


def test_of_floor_and_writer_the_larger_counts(table: Table, rows: Rows) -> None:
    writer = Writer()
    ahead = now() + 3_600 * SECOND
    mysfit_id = rows.add(**{writer.attribute: ahead, "WriterFloor": ahead + 50})
    assert run(Likes(table, writer).add(mysfit_id, 2, soon())) == 2
    assert rows.get(mysfit_id)[writer.attribute] == ahead + 51


def test_a_doubt_stays_when_a_later_try_was_surely_not_applied(table: Table, rows: Rows) -> None:
    mysfit_id = rows.add()
    recording = Recording(table, InDoubt("lost"), NotApplied("throttled"), Refused(rows.get(mysfit_id)))
    with pytest.raises(InDoubt, match="lost"):
        run(likes_on(recording).add(mysfit_id, 1, soon()))
    assert len(recording.asked) == 3


@pytest.mark.parametrize("error", [NotApplied("throttled"), InDoubt("lost")])
def test_the_same_stamp_is_sent_again_after_pauses_that_double_up_to_a_tenth_of_a_second(
    table: Table, rows: Rows, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    mysfit_id = rows.add()
    pauses: list[float] = []
    monkeypatch.setattr(random, "uniform", lambda low, high: (low + high) / 2)
    monkeypatch.setattr(store, "time", SimpleNamespace(monotonic=lambda: 100.0 + sum(pauses)))
    monkeypatch.setattr(store, "asyncio", pausing(pauses))
    recording = Recording(table, *[error] * 6)
    assert run(likes_on(recording).add(mysfit_id, 1, deadline=200.0)) == 1
    assert pauses == [0.02, 0.04, 0.08, 0.1, 0.1, 0.1]
    assert len({asked["ExpressionAttributeValues"][":number"] for asked in recording.asked}) == 1


def test_pauses_are_spread_by_a_half(monkeypatch: pytest.MonkeyPatch, table: Table, rows: Rows) -> None:
    bounds: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        bounds.append((low, high))
        return 0.0

    monkeypatch.setattr(random, "uniform", uniform)
    run(likes_on(Recording(table, NotApplied("throttled"))).add(rows.add(), 1, soon()))
    assert bounds == [(0.5, 1.5)]


def test_nobody_waits_for_a_try_that_would_come_after_the_deadline(
    table: Table, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    mysfit_id = rows.add()
    slept: list[float] = []
    monkeypatch.setattr(random, "uniform", lambda low, high: 1.0)
    monkeypatch.setattr(store, "time", SimpleNamespace(monotonic=lambda: 100.0))
    monkeypatch.setattr(store, "asyncio", pausing(slept))
    for deadline, pauses, last in ((100.019, 0, "first"), (100.03, 1, "second")):
        slept.clear()
        with pytest.raises(NotApplied, match=last):
            run(likes_on(Recording(table, NotApplied("first"), NotApplied("second"))).add(mysfit_id, 1, deadline))
        assert len(slept) == pauses
    # The last moment is one.
    assert run(likes_on(Recording(table)).add(mysfit_id, 1, 100.0)) == 1
    with pytest.raises(NotApplied):
        run(likes_on(Recording(table)).add(mysfit_id, 1, 99.999))


def silent(count: int, age: float = SILENCE + 10) -> dict[str, int]:
    return {f"{PREFIX}old-{number}": now() - int(age * SECOND) - number for number in range(count)}


@pytest.mark.parametrize("error", [Refused(None), NotApplied("throttled"), InDoubt("lost")])
def test_a_sweep_that_fails_is_no_loss(table: Table, rows: Rows, error: Exception) -> None:
    mysfit_id = rows.add(**silent(10))
    recording = Recording(table, None, error)
    assert run(likes_on(recording).add(mysfit_id, 1, soon())) == 1
    assert len(recording.asked) == 2


def test_one_sweep_takes_the_fifty_oldest(table: Table, rows: Rows) -> None:
    old = silent(60)
    mysfit_id = rows.add(**old)
    run(likes_on(table).add(mysfit_id, 1, soon()))
    row = rows.get(mysfit_id)
    left = sorted(row[name] for name in old if name in row)
    assert left == sorted(old.values())[50:]
    assert row["WriterFloor"] == sorted(old.values())[49]


@pytest.mark.parametrize("moved", ["a writer", "the low-water mark"])
def test_a_sweep_that_somebody_was_ahead_of_removes_nothing(table: Table, rows: Rows, moved: str) -> None:
    """A writer that was not silent after all is not forgotten, and a low-water mark never sinks."""
    old = silent(10)
    mysfit_id = rows.add(**old)

    class Overtaken(Recording):
        async def update(self, key: Any, **expressions: Any) -> Any:
            if "REMOVE" in expressions["UpdateExpression"]:
                name, value = ("#x", next(iter(old))), now()
                if moved == "the low-water mark":
                    name = ("#x", "WriterFloor")
                await table.update(
                    key,
                    UpdateExpression="SET #x = :x",
                    ExpressionAttributeNames=dict([name]),
                    ExpressionAttributeValues={":x": value},
                )
            return await super().update(key, **expressions)

    assert run(likes_on(Overtaken(table)).add(mysfit_id, 1, soon())) == 1
    row = rows.get(mysfit_id)
    assert old.keys() <= row.keys()
    assert ("WriterFloor" in row) is (moved == "the low-water mark")


def test_a_writer_is_silent_after_its_silence_and_not_at_it() -> None:
    newest = 10**15
    edge = newest - SILENCE * SECOND
    item: dict[str, object] = {f"{PREFIX}at": edge, f"{PREFIX}after": edge - 1, f"{PREFIX}new": newest, "Likes": 1}
    assert removable(item, newest) == {f"{PREFIX}after": edge - 1}


def test_of_more_writers_than_a_crowd_the_oldest_go() -> None:
    newest = 10**15
    crowd: dict[str, object] = {f"{PREFIX}{number:04}": newest + number for number in range(CROWD)}
    assert removable(crowd, newest) == {}
    crowd |= {f"{PREFIX}older": newest - 2, f"{PREFIX}old": newest - 1}
    assert list(removable(crowd, newest).items()) == [(f"{PREFIX}older", newest - 2), (f"{PREFIX}old", newest - 1)]


def test_a_stamp_is_the_time_in_microseconds_or_just_above_what_it_has_to_be_above(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sequence_numbers, "time", SimpleNamespace(time_ns=lambda: 1_700_000_000_123_456_789))
    writer = Writer()
    assert writer.next_number() == 1_700_000_000_123_456
    assert writer.next_number() == 1_700_000_000_123_457
    assert writer.next_number(above=1_700_000_000_123_500) == 1_700_000_000_123_501
    assert writer.next_number(above=5) == 1_700_000_000_123_502


def test_writers_have_short_names_that_differ() -> None:
    names = {Writer().attribute for _ in range(1_000)}
    assert len(names) == 1_000
    assert {len(name) for name in names} == {len(PREFIX) + 8}
    assert all(name.startswith(PREFIX) for name in names)
