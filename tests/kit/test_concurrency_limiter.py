"""However long the others wait, there is a thread for a health check."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from flask import Flask

from app.kit import concurrency_limiter
from app.kit.concurrency_limiter import Busy, ConcurrencyLimiter, limit_concurrency


def test_a_place_that_was_left_is_free_again() -> None:
    one = ConcurrencyLimiter(1)
    for _ in range(3):
        one.enter()
        one.leave()


def test_at_a_standstill_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency_limiter, "SHORT_WAIT", 0.05)
    one = ConcurrencyLimiter(1)
    one.enter()
    with pytest.raises(Busy):
        one.enter()  # waits a little: somebody came in just now
    monkeypatch.setattr(concurrency_limiter, "SHORT_WAIT", 60)
    one._last_moved = time.monotonic() - 61
    with pytest.raises(Busy):
        one.enter()


def test_a_crowd_that_moves_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency_limiter, "SHORT_WAIT", 10)
    places = ConcurrencyLimiter(3)
    inside = threading.Semaphore(3)

    def visit(_: int) -> bool:
        places.enter()
        assert inside.acquire(blocking=False), "more inside than there are places"
        time.sleep(0.001)
        inside.release()
        places.leave()
        return True

    with ThreadPoolExecutor(32) as threads:
        assert all(threads.map(visit, range(200)))


def test_who_comes_first_is_served_first() -> None:
    one = ConcurrencyLimiter(1)
    one.enter()
    order: list[int] = []

    def visit(number: int) -> None:
        one.enter()
        order.append(number)
        one.leave()

    with ThreadPoolExecutor(8) as threads:
        visits = []
        for number in range(8):
            visits.append(threads.submit(visit, number))
            while len(one._queue) <= number:
                assert not visits[-1].done()
        one.leave()
        for each in visits:
            each.result()
    assert order == list(range(8))


class Turn:
    """Stands in for the lock that a request waits for; `waits` are the seconds that each was ready to wait."""

    def __init__(self, waits: list[float], meanwhile: Callable[[], None]) -> None:
        self._waits = waits
        self._meanwhile = meanwhile

    def acquire(self, timeout: float | None = None) -> bool:
        if timeout is None:
            return True
        self._waits.append(timeout)
        self._meanwhile()
        return False

    def release(self) -> None:
        pass


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def one(monkeypatch: pytest.MonkeyPatch) -> ConcurrencyLimiter:
    """A gate of one place, taken, at a clock that stands still."""
    monkeypatch.setattr(concurrency_limiter, "time", SimpleNamespace(monotonic=lambda: 100.0))
    one = ConcurrencyLimiter(1)
    one.enter()
    return one


def wait_in_vain(monkeypatch: pytest.MonkeyPatch, waits: list[float], meanwhile: Callable[[], None]) -> None:
    monkeypatch.setattr(concurrency_limiter, "threading", SimpleNamespace(Lock=lambda: Turn(waits, meanwhile)))


def test_who_gave_up_waiting_takes_no_place_with_it(
    one: ConcurrencyLimiter, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_in_vain(monkeypatch, waits, lambda: None)
    for _ in range(5):
        with pytest.raises(Busy):
            one.enter()
    assert waits == [concurrency_limiter.SHORT_WAIT] * 5
    one.leave()
    one.enter()  # at once: nobody is ahead
    assert len(waits) == 5


def test_a_place_that_comes_as_the_wait_ends_is_taken(
    one: ConcurrencyLimiter, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_in_vain(monkeypatch, waits, one.leave)
    one.enter()
    wait_in_vain(monkeypatch, waits, lambda: None)
    with pytest.raises(Busy):
        one.enter()
    one.leave()
    one.enter()
    assert len(waits) == 2


def test_nobody_waits_once_nothing_has_moved_for_as_long_as_a_wait(
    one: ConcurrencyLimiter, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_in_vain(monkeypatch, waits, lambda: None)
    for now, waiting in ((100 + concurrency_limiter.SHORT_WAIT, 1), (100.001 + concurrency_limiter.SHORT_WAIT, 1)):
        monkeypatch.setattr(concurrency_limiter, "time", SimpleNamespace(monotonic=lambda now=now: now))
        with pytest.raises(Busy):
            one.enter()
        assert len(waits) == waiting
    # Somebody leaves and somebody comes: it moves again, by either.
    one.leave()
    one.enter()
    with pytest.raises(Busy):
        one.enter()
    assert len(waits) == 2


def test_who_leaves_says_that_it_moves(
    one: ConcurrencyLimiter, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concurrency_limiter, "time", SimpleNamespace(monotonic=lambda: 200.0))
    one.leave()
    assert one._last_moved == 200.0


def a_server(threads: int) -> Flask:
    app = Flask(__name__)
    limit_concurrency(app, threads)

    @app.get("/broken")
    def broken() -> str:
        raise ZeroDivisionError

    @app.get("/fine")
    def fine() -> str:
        return "fine"

    @app.get("/health")
    def health() -> str:
        return "healthy"

    return app


def test_a_request_leaves_its_place_however_it_ends_and_another_s_never(monkeypatch: pytest.MonkeyPatch) -> None:
    gates: list[ConcurrencyLimiter] = []

    class Known(ConcurrencyLimiter):
        def __init__(self, places: int) -> None:
            super().__init__(places)
            gates.append(self)

    monkeypatch.setattr(concurrency_limiter, "ConcurrencyLimiter", Known)
    client = a_server(threads=1).test_client()
    for path, status in (("/broken", 500), ("/health", 200), ("/nowhere", 404), ("/fine", 200), ("/health", 200)):
        assert client.get(path).status_code == status
        assert gates[0]._free == 1, path
