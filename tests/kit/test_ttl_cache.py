"""Copies live as long as they are told to, and those who wait for the same one share its read."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from app.kit import ttl_cache
from app.kit.event_loop import run
from app.kit.ttl_cache import TtlCache
from tests.kit.blocking import in_thread
from tests.platform_runner import until


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(ttl_cache, "time", SimpleNamespace(monotonic=lambda: self.now))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_copy_is_given_until_its_lifetime_is_over(clock: Clock) -> None:
    reads: list[str] = []

    def read(key: str) -> int:
        reads.append(key)
        return len(reads)

    kept = TtlCache(in_thread(read), lifetime=2)
    assert [run(kept.get("a")), run(kept.get("a")), run(kept.get("b")), run(kept.get("a"))] == [1, 1, 2, 1]
    clock.now += 1.999
    assert run(kept.get("a")) == 1
    clock.now += 0.001
    assert [run(kept.get("a")), run(kept.get("a"))] == [3, 3]
    assert reads == ["a", "b", "a"]


def test_a_copy_is_as_old_as_the_moment_before_its_read(clock: Clock) -> None:
    reads: list[float] = []

    def slowly(_: str) -> float:
        reads.append(clock.now)
        clock.now += 1.5
        return reads[-1]

    kept = TtlCache(in_thread(slowly), lifetime=1)
    assert [run(kept.get("a")), run(kept.get("a"))] == [100.0, 101.5]


def test_a_read_that_failed_leaves_nothing(clock: Clock) -> None:
    outcomes = ["no", "yes"]

    def read(_: str) -> str:
        outcome = outcomes.pop(0)
        if outcome == "no":
            raise ValueError(outcome)
        return outcome

    kept = TtlCache(in_thread(read), lifetime=1)
    with pytest.raises(ValueError, match="no"):
        run(kept.get("a"))
    assert run(kept.get("a")) == "yes"


def test_those_who_waited_while_it_was_read_read_nothing_themselves(clock: Clock) -> None:
    begun, going_on, reads = threading.Semaphore(0), threading.Event(), []

    def read(key: str) -> int:
        reads.append(key)
        begun.release()
        assert going_on.wait(60)
        return len(reads)

    kept = TtlCache(in_thread(read), lifetime=1)
    with ThreadPoolExecutor(8) as crowd:
        first = crowd.submit(lambda: run(kept.get("a")))
        assert begun.acquire(timeout=60)
        rest = [crowd.submit(lambda: run(kept.get("a"))) for _ in range(7)]
        until(lambda: "a" in kept._reads._open and kept._reads._open["a"].size == 7, "all wait")
        going_on.set()
        assert {call.result(60) for call in (first, *rest)} == {1}
    assert reads == ["a"]
