"""Visitors of two tasks at once record what they are told; where a store is broken on purpose, it is noticed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.adoptions.store import Adoptions
from app.kit import dynamodb
from app.kit.attribute_values import Item
from app.kit.config import Config
from app.kit.dynamodb import NotApplied, Table
from app.kit.event_loop import run
from app.kit.problems import Unavailable
from app.likes.store import Likes
from ecs_emulator.load.history import HistoryWriter
from reliability import history
from reliability.histories import Verdict, judge
from tests.conftest import Rows

VISITORS, VISITS = 8, 10


class Visitors:
    """Half of them go to one application, half to the other."""

    def __init__(self, applications: list[Flask], rows: Rows, folder: Path) -> None:
        self._applications = applications
        self._rows = rows
        self._path = folder / "history"

    def visit(self) -> Verdict:
        mysfit = self._rows.add(Likes=7)
        recorder = HistoryWriter(self._path)

        def ask(client: FlaskClient, action: str) -> None:
            method, end = {
                history.READ: ("GET", ""),
                history.LIKE: ("POST", "/like"),
                history.ADOPT: ("POST", "/adopt"),
            }[action]
            begin = time.monotonic_ns()
            answer = client.open(f"/mysfits/{mysfit}{end}", method=method)
            history.add(recorder, mysfit, action, begin, answer.status_code, answer.data)

        def visitor(number: int) -> None:
            client = self._applications[number % len(self._applications)].test_client()
            for visit in range(VISITS):
                ask(client, history.LIKE)
                if visit == VISITS // 2:
                    ask(client, history.ADOPT)
                ask(client, history.READ)

        with ThreadPoolExecutor(VISITORS) as visitors:
            list(visitors.map(visitor, range(VISITORS)))
        recorder.add_digest("GET /mysfits", b"{}")
        recorder.close()
        return judge([self._path], {mysfit: 7}, {mysfit: int(self._rows.get(mysfit)["Likes"])})


@pytest.fixture
def visitors(client: FlaskClient, config: Config, rows: Rows, tmp_path: Path) -> Visitors:
    return Visitors([client.application, create_app(config)], rows, tmp_path)


def complaint(verdict: Verdict) -> str:
    (violation,) = verdict.violations
    assert not verdict.findings[0].holds
    assert violation in verdict.findings[0].sentence
    return violation


def test_what_the_service_answers_is_linearizable(visitors: Visitors) -> None:
    verdict = visitors.visit()
    assert [finding.holds for finding in verdict.findings] == [True, True]
    assert verdict.findings[0].sentence == (
        "80 likes, 80 profile reads and 8 adoptions of 1 mysfits, 0 of them in doubt: "
        "each answer is that of one order of all."
    )


def test_an_update_that_is_lost_is_noticed(visitors: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    async def read_and_write(self: Likes, key: Item, count: int, number: int) -> Item:
        likes = (await self._table.get(key) or {})["Likes"]
        await asyncio.sleep(0.01)
        return await self._table.update(
            key, UpdateExpression="SET Likes = :likes", ExpressionAttributeValues={":likes": likes + count}
        )

    monkeypatch.setattr(Likes, "_write", read_and_write)
    assert "like" in complaint(visitors.visit())


def test_a_like_that_is_counted_twice_is_noticed(visitors: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    write, times = Likes._write, iter(range(1_000))

    async def write_one_twice(self: Likes, key: Item, count: int, number: int) -> Item:
        return await write(self, key, count + (next(times) == 5), number)

    monkeypatch.setattr(Likes, "_write", write_one_twice)
    assert "likes were seen when" in complaint(visitors.visit())


def test_a_profile_that_is_old_is_noticed(visitors: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    get, copies = Table.get, dict[str, tuple[float, Any]]()

    async def get_a_copy(self: Table, key: Item) -> Item | None:
        read_at: float
        item: Item | None
        read_at, item = copies.get(key["MysfitId"], (0.0, None))
        if time.monotonic() > read_at + 0.2:
            read_at, item = time.monotonic(), await get(self, key)
            copies[key["MysfitId"]] = read_at, item
        return item

    monkeypatch.setattr(Table, "get", get_a_copy)
    said = complaint(visitors.visit())
    assert "The number of likes went back" in said
    assert "the read from" in said


def test_a_second_adoption_is_noticed(visitors: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    async def adopt_anyway(self: Adoptions, mysfit_id: str) -> None:
        await self._table.update(
            {"MysfitId": mysfit_id},
            UpdateExpression="SET Adopted = :yes",
            ExpressionAttributeValues={":yes": True},
        )

    monkeypatch.setattr(Adoptions, "adopt", adopt_anyway)
    said = complaint(visitors.visit())
    assert "It was adopted more than once: the adopt from" in said
    assert said.count("which succeeded") == 2


def test_a_like_that_is_answered_before_it_is_stored_is_noticed(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, late = Likes._write, list[asyncio.Task[None]]()

    async def write_at_last(self: Likes, key: Item, count: int, number: int) -> None:
        await asyncio.sleep(0.2)
        # The row may have a newer number by then.
        with suppress(dynamodb.Refused):
            await write(self, key, count, number)

    async def write_later(self: Likes, key: Item, count: int, number: int) -> Item:
        item = await self._table.get(key) or {}
        late.append(asyncio.ensure_future(write_at_last(self, key, count, number)))
        return {**item, "Likes": item["Likes"] + count}

    monkeypatch.setattr(Likes, "_write", write_later)
    said = complaint(visitors.visit())
    run(asyncio.wait(late))
    assert "like" in said


def test_a_like_that_changed_something_after_all_is_noticed(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, times = Likes._write, iter(range(1_000))

    async def deny_one(self: Likes, key: Item, count: int, number: int) -> Item:
        item = await write(self, key, count, number)
        if next(times) == 5:
            raise NotApplied("The data store cannot be reached. Nothing was changed.")
        return item

    async def try_once(self: Likes, pause: float, deadline: float, error: Exception) -> float:
        raise error

    monkeypatch.setattr(Likes, "_write", deny_one)
    monkeypatch.setattr(Likes, "_wait", try_once)
    assert "likes were seen when" in complaint(visitors.visit())


def test_an_answer_without_a_number_is_noticed(tmp_path: Path) -> None:
    recorder = HistoryWriter(tmp_path / "history")
    history.add(recorder, "ozzy", history.LIKE, 1, 200, b"{}")
    recorder.close()
    assert judge([tmp_path / "history"], {}, {}).violations == [
        "ozzy: POST like was answered without a number of likes."
    ]


def test_likes_that_nobody_sent_and_lists_that_nobody_changed_are_noticed(tmp_path: Path) -> None:
    recorder = HistoryWriter(tmp_path / "history")
    recorder.add_digest("GET /mysfits", b"[1]")
    recorder.add_digest("GET /mysfits", b"[2]")
    recorder.close()
    verdict = judge([tmp_path / "history"], {"ozzy": 1}, {"ozzy": 2})
    assert verdict.violations == ["ozzy: likes came that nobody sent."]
    assert verdict.findings[1].sentence == "2 lists were answered, with changes that nobody made: GET /mysfits."
    assert [finding.holds for finding in verdict.findings] == [False, False]


def every_unavailable() -> Iterator[tuple[type[Unavailable], str]]:
    """Each text with which something is unavailable."""
    source = Path(dynamodb.__file__).parent
    for path in sorted(source.glob("*.py")):
        for line in path.read_text().splitlines():
            for kind in (NotApplied, dynamodb.InDoubt):
                if f"raise {kind.__name__}(" in line:
                    yield kind, line.split('"')[1]


def test_a_503_says_that_nothing_was_changed_exactly_where_that_is_certain() -> None:
    found = list(every_unavailable())
    assert {kind for kind, _ in found} == {NotApplied, dynamodb.InDoubt}
    assert [text for kind, text in found if text.endswith(history.NOTHING_CHANGED) != (kind is NotApplied)] == []
