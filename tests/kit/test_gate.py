"""However long the others wait, there is a thread for a health check."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.kit import gate
from app.kit.gate import Busy, Gate


def test_a_place_that_was_left_is_free_again() -> None:
    one = Gate(1)
    for _ in range(3):
        one.enter()
        one.leave()


def test_at_a_standstill_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "SHORT_WAIT", 0.05)
    one = Gate(1)
    one.enter()
    with pytest.raises(Busy):
        one.enter()  # waits a little: somebody came in just now
    monkeypatch.setattr(gate, "SHORT_WAIT", 60)
    one._last_moved = time.monotonic() - 61
    with pytest.raises(Busy):
        one.enter()


def test_a_crowd_that_moves_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "SHORT_WAIT", 10)
    places = Gate(3)
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
    one = Gate(1)
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
