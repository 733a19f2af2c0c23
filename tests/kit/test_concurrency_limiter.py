"""Requests at work are bounded, whoever waits is told so soon, and a health check waits for nobody."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from app.kit import concurrency_limiter
from app.kit.application import Application
from app.kit.concurrency_limiter import SHORT_WAIT, Busy, ConcurrencyLimiter
from app.kit.front import Front
from app.kit.problems import answer_with_problems


class Loop:
    """The clock of the limiter, which stands still; what it is asked to call later is called by the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.waits: list[float] = []
        monkeypatch.setattr(concurrency_limiter, "time", SimpleNamespace(monotonic=lambda: self.now))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Loop:
    return Loop(monkeypatch)


async def in_line(one: ConcurrencyLimiter, count: int = 1) -> list[asyncio.Task[None]]:
    """So many who wait for a permit."""
    tasks = [asyncio.ensure_future(one.enter()) for _ in range(count)]
    before = len(one._queue)
    while len(one._queue) < before + count:
        await asyncio.sleep(0)
    return tasks


def test_a_place_that_was_left_is_free_again() -> None:
    async def visits() -> None:
        one = ConcurrencyLimiter(1)
        for _ in range(3):
            await one.enter()
            one.leave()

    asyncio.run(visits())


def test_a_crowd_that_moves_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency_limiter, "SHORT_WAIT", 10)
    inside, most = 0, 0

    async def visit(permits: ConcurrencyLimiter) -> None:
        nonlocal inside, most
        await permits.enter()
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.001)
        inside -= 1
        permits.leave()

    async def crowd() -> None:
        permits = ConcurrencyLimiter(3)
        await asyncio.gather(*(visit(permits) for _ in range(200)))
        assert permits._free == 3

    asyncio.run(crowd())
    assert most == 3


def test_who_comes_first_is_served_first() -> None:
    order: list[int] = []

    async def visit(one: ConcurrencyLimiter, number: int) -> None:
        await one.enter()
        order.append(number)
        one.leave()

    async def visits() -> None:
        one = ConcurrencyLimiter(1)
        await one.enter()
        waiting = [asyncio.ensure_future(visit(one, number)) for number in range(8)]
        while len(one._queue) < 8:
            await asyncio.sleep(0)
        one.leave()
        await asyncio.gather(*waiting)

    asyncio.run(visits())
    assert order == list(range(8))


def test_who_gave_up_waiting_takes_no_place_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency_limiter, "SHORT_WAIT", 0.01)

    async def visits() -> None:
        one = ConcurrencyLimiter(1)
        await one.enter()
        for _ in range(5):
            one._last_moved += 60
            with pytest.raises(Busy):
                await one.enter()
        assert not one._queue
        one.leave()
        await one.enter()  # at once: nobody is ahead

    asyncio.run(visits())


def test_a_wait_is_a_quarter_of_a_second(monkeypatch: pytest.MonkeyPatch, clock: Loop) -> None:
    async def visit() -> None:
        loop = asyncio.get_running_loop()

        def call_now(seconds: float, *call: Any) -> asyncio.Handle:
            clock.waits.append(seconds)
            return loop.call_soon(*call)

        monkeypatch.setattr(loop, "call_later", call_now)
        one = ConcurrencyLimiter(1)
        await one.enter()
        with pytest.raises(Busy):
            await one.enter()

    asyncio.run(visit())
    assert clock.waits == [SHORT_WAIT] == [0.25]


def test_a_place_that_comes_as_the_wait_ends_is_taken(clock: Loop) -> None:
    async def visits() -> None:
        one = ConcurrencyLimiter(1)
        await one.enter()
        [waiting] = await in_line(one)
        [turn] = one._queue
        one.leave()
        one._give_up(turn)
        await waiting
        assert one._free == 0

    asyncio.run(visits())


def test_nobody_waits_once_nothing_has_moved_for_as_long_as_a_wait(clock: Loop) -> None:
    async def visits() -> None:
        one = ConcurrencyLimiter(1)
        await one.enter()
        clock.now = 100 + SHORT_WAIT
        [waiting] = await in_line(one)
        clock.now = 100.001 + SHORT_WAIT
        with pytest.raises(Busy):
            await one.enter()
        # Somebody leaves, and it moves again.
        one.leave()
        await waiting
        [another] = await in_line(one)
        assert one._last_moved == clock.now
        one.leave()
        await another

    asyncio.run(visits())


def a_server(requests: int) -> Application:
    app = Application(__name__)
    answer_with_problems(app)

    @app.get("/broken")
    async def broken() -> str:
        raise ZeroDivisionError

    @app.get("/fine")
    async def fine() -> dict[str, str]:
        return {}

    @app.get("/no-json")
    async def no_json() -> dict[str, object]:
        return {"": object()}

    @app.get("/thread")
    def in_a_thread() -> str:
        return "fine"

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {}

    Front(app, requests=requests)
    return app


def test_a_request_leaves_its_place_however_it_ends_and_another_s_never() -> None:
    app = a_server(requests=1)
    client = app.test_client()
    for path, status in (
        ("/broken", 500),
        ("/no-json", 500),
        ("/health", 200),
        ("/nowhere", 404),
        ("//fine", 404),
        ("/fine", 200),
        ("/thread", 200),
        ("/health", 200),
    ):
        assert client.get(path).status_code == status
        assert app.front._limiter._free == 1, path
