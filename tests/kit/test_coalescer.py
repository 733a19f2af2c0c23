"""Work that requests share: nobody waits alone, nobody is forgotten."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kit import coalescer
from app.kit.coalescer import BatchTimedOut, RequestCoalescer
from app.kit.concurrency_limiter import Busy
from tests.platform_runner import until


class Gate:
    """Work that begins when it is asked to, and ends when the test lets it."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, int]] = []
        self._lock = threading.Condition()
        self._outcomes: dict[int, Any] = {}

    def work(self, key: str, size: int, deadline: float) -> Any:
        with self._lock:
            number = len(self.begun)
            self.begun.append((key, size))
            self._lock.notify_all()
            assert self._lock.wait_for(lambda: number in self._outcomes, timeout=30)
        outcome = self._outcomes[number]
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def wait_for_rounds(self, count: int) -> None:
        with self._lock:
            assert self._lock.wait_for(lambda: len(self.begun) >= count, timeout=10)

    def end(self, number: int, outcome: Any) -> None:
        with self._lock:
            self._outcomes[number] = outcome
            self._lock.notify_all()


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def crowd() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(32)


def here(shared: RequestCoalescer[str, Any]) -> int:
    """Requests that are in a round, or wait for one."""
    rounds = list(shared._under_way.values())
    return sum(each.size + (each.next.size if each.next else 0) for each in rounds)


def arrive(crowd: ThreadPoolExecutor, shared: RequestCoalescer[str, Any], key: str, count: int) -> list[Future[Any]]:
    """`count` calls, all of which have arrived."""
    before = here(shared)
    calls = [crowd.submit(shared.do, key) for _ in range(count)]
    until(lambda: here(shared) == before + count, "all have arrived")
    return calls


def test_a_lone_request_is_served_at_once(gate: Gate, crowd: ThreadPoolExecutor) -> None:
    shared = RequestCoalescer(gate.work, patience=5)
    gate.end(0, "done")
    assert shared.do("a") == "done"
    assert gate.begun == [("a", 1)]


def test_those_who_arrive_during_work_share_the_next_and_no_more(gate: Gate, crowd: ThreadPoolExecutor) -> None:
    shared = RequestCoalescer(gate.work, patience=5)
    first = arrive(crowd, shared, "a", 1)
    gate.wait_for_rounds(1)
    crowded = arrive(crowd, shared, "a", 20)
    assert gate.begun == [("a", 1)]
    gate.end(0, "one")
    gate.wait_for_rounds(2)
    late = arrive(crowd, shared, "a", 3)
    gate.end(1, "two")
    gate.wait_for_rounds(3)
    gate.end(2, "three")
    assert gate.begun == [("a", 1), ("a", 20), ("a", 3)]
    assert [call.result(10) for call in first] == ["one"]
    assert [call.result(10) for call in crowded] == ["two"] * 20
    assert [call.result(10) for call in late] == ["three"] * 3


def test_different_keys_do_not_wait_for_each_other(gate: Gate, crowd: ThreadPoolExecutor) -> None:
    shared = RequestCoalescer(gate.work, patience=5)
    calls = [call for key in "abcdefgh" for call in arrive(crowd, shared, key, 1)]
    gate.wait_for_rounds(8)
    for number in range(8):
        gate.end(number, number)
    assert sorted(call.result(10) for call in calls) == list(range(8))


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), MemoryError()])
def test_an_error_reaches_its_round_alone_and_the_next_one_goes_on(
    gate: Gate, crowd: ThreadPoolExecutor, error: BaseException
) -> None:
    shared = RequestCoalescer(gate.work, patience=5)
    first = arrive(crowd, shared, "a", 1)
    gate.wait_for_rounds(1)
    second = arrive(crowd, shared, "a", 5)
    gate.end(0, "one")
    gate.wait_for_rounds(2)
    third = arrive(crowd, shared, "a", 5)
    gate.end(1, error)
    gate.end(2, "three")
    assert first[0].result(10) == "one"
    assert [type(call.exception(10)) for call in second] == [type(error)] * 5
    assert [call.result(10) for call in third] == ["three"] * 5


def test_work_that_hangs_holds_nobody_for_ever(
    gate: Gate, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coalescer, "GRACE", 0.2)
    shared = RequestCoalescer(gate.work, patience=0.2)
    hung = arrive(crowd, shared, "a", 1)
    gate.wait_for_rounds(1)
    behind = arrive(crowd, shared, "a", 5)
    assert [type(call.exception(10)) for call in behind] == [Busy] * 5
    assert len(gate.begun) == 1
    # Those who come later wait for a turn of their own, and it comes when the hung work ends after all.
    later = crowd.submit(shared.do, "a")
    until(lambda: here(shared) == 2, "the late one has arrived")
    gate.end(0, "at last")
    gate.end(1, "next")
    assert hung[0].result(10) == "at last"
    assert later.result(10) == "next"


def test_followers_of_work_that_hangs_are_let_go(
    gate: Gate, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coalescer, "GRACE", 0.2)
    shared = RequestCoalescer(gate.work, patience=2)
    first = arrive(crowd, shared, "a", 1)
    gate.wait_for_rounds(1)
    monkeypatch.setattr(shared, "_patience", 0.1)
    second = arrive(crowd, shared, "a", 4)
    gate.end(0, "one")
    assert first[0].result(10) == "one"
    gate.wait_for_rounds(2)
    until(lambda: sum(call.done() for call in second) == 3, "the followers are let go")
    assert [type(call.exception()) for call in second if call.done()] == [BatchTimedOut] * 3
    gate.end(1, "two")
    gate.end(2, "three")
    until(lambda: all(call.done() for call in second), "the leader has ended")
    assert shared.do("a") == "three"


class Signal:
    """Stands in for a lock that a request waits for: notes how long it would, and comes in time or not."""

    def __init__(self, waits: list[float], comes: bool, meanwhile: Callable[[], None] = lambda: None) -> None:
        self._waits, self._comes, self._meanwhile = waits, comes, meanwhile

    def acquire(self, timeout: float) -> bool:
        self._waits.append(timeout)
        self._meanwhile()
        return self._comes

    def release(self) -> None:
        pass


def test_a_follower_waits_for_as_long_as_a_call_that_was_under_way_at_the_deadline(
    gate: Gate, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its leader may wait for a turn until the deadline, and then for a call that has its own time-outs."""
    waits: list[float] = []

    def add_waiter(mine: Any) -> Any:
        seat = Signal(waits, comes=False)
        mine._waiters.append(seat)
        return seat

    monkeypatch.setattr(coalescer._Batch, "add_waiter", add_waiter)
    shared = RequestCoalescer(gate.work, patience=60)
    first = arrive(crowd, shared, "a", 1)
    gate.wait_for_rounds(1)
    second = arrive(crowd, shared, "a", 1)
    for _ in range(3):
        with pytest.raises(BatchTimedOut):
            shared.do("a")
    assert waits == [60 + coalescer.GRACE] * 3
    assert coalescer.GRACE == 4, "the two seconds of a call, twice"
    gate.end(0, "one")
    gate.end(1, "two")
    assert [call.result(30) for call in (*first, *second)] == ["one", "two"]


def test_a_leader_waits_for_its_turn_until_the_deadline(
    gate: Gate, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    shared = RequestCoalescer(gate.work, patience=60)
    first = arrive(crowd, shared, "a", 1)
    gate.wait_for_rounds(1)
    begin = coalescer._Batch.__init__

    def without_a_turn(mine: Any) -> None:
        begin(mine)
        mine.turn = Signal(waits, comes=False)

    monkeypatch.setattr(coalescer._Batch, "__init__", without_a_turn)
    with pytest.raises(Busy):
        shared.do("a")
    assert waits == [60]
    assert here(shared) == 1, "who gave up is forgotten"
    gate.end(0, "one")
    assert first[0].result(30) == "one"
    assert not shared._under_way


def test_a_turn_that_comes_as_the_wait_ends_is_taken(
    gate: Gate, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = RequestCoalescer(gate.work, patience=60)
    first = arrive(crowd, shared, "a", 1)
    gate.wait_for_rounds(1)
    begin = coalescer._Batch.__init__

    def end_the_first() -> None:
        gate.end(0, "one")
        assert first[0].result(30) == "one"

    def late(mine: Any) -> None:
        begin(mine)
        mine.turn = Signal([], comes=False, meanwhile=end_the_first)

    monkeypatch.setattr(coalescer._Batch, "__init__", late)
    gate.end(1, "two")
    assert shared.do("a") == "two"
    assert not shared._under_way


def test_a_seat_that_is_called_as_the_wait_ends_is_no_loss(
    gate: Gate, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = RequestCoalescer(gate.work, patience=60)
    first = arrive(crowd, shared, "a", 1)
    gate.wait_for_rounds(1)
    second = arrive(crowd, shared, "a", 1)

    def end_both() -> None:
        gate.end(0, "one")
        gate.end(1, "two")
        assert [call.result(30) for call in (*first, *second)] == ["one", "two"]

    def add_waiter(mine: Any) -> Any:
        seat = Signal([], comes=False, meanwhile=end_both)
        mine._waiters.append(seat)
        return seat

    monkeypatch.setattr(coalescer._Batch, "add_waiter", add_waiter)
    assert shared.do("a") == "two"
    assert not shared._under_way


def test_the_deadline_of_a_round_is_that_of_its_leader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coalescer, "time", SimpleNamespace(monotonic=lambda: 1_000.0))
    deadlines: list[float] = []
    RequestCoalescer[str, None](lambda _key, _size, deadline: deadlines.append(deadline), patience=5).do("a")
    RequestCoalescer[str, None](lambda _key, _size, deadline: deadlines.append(deadline)).do("a")
    assert deadlines == [1_005.0, 1_008.0]


def test_each_of_a_round_has_an_error_of_its_own_with_what_is_known_of_it(
    gate: Gate, crowd: ThreadPoolExecutor
) -> None:
    shared = RequestCoalescer(gate.work, patience=60)
    first = arrive(crowd, shared, "a", 1)
    gate.wait_for_rounds(1)
    second = arrive(crowd, shared, "a", 3)
    error = Busy()
    error.__cause__ = ValueError("why")
    gate.end(0, "one")
    gate.end(1, error)
    errors = [call.exception(30) for call in second]
    assert first[0].result(30) == "one"
    assert len({id(each) for each in errors}) == 3
    for each in errors:
        assert isinstance(each, Busy)
        assert each.description == error.description
        assert each.retry_after == 1
        assert each.__cause__ is error.__cause__


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    keys=st.lists(st.sampled_from("abc"), min_size=1, max_size=60),
    failing=st.sets(st.integers(0, 59)),
    pause=st.sampled_from([0, 0.0005, 0.002]),
)
def test_whatever_the_crowd_every_call_is_in_exactly_one_round_begun_after_it(
    keys: list[str], failing: set[int], pause: float
) -> None:
    rounds: list[tuple[str, int, float]] = []
    lock = threading.Lock()
    at_work: set[str] = set()

    def work(key: str, size: int, deadline: float) -> int:
        with lock:
            assert key not in at_work, "two rounds of one key at once"
            at_work.add(key)
            number = len(rounds)
            rounds.append((key, size, time.monotonic()))
        time.sleep(pause)
        with lock:
            at_work.remove(key)
        if number in failing:
            raise ValueError(number)
        return number

    shared = RequestCoalescer(work, patience=20)

    def call(key: str) -> tuple[str, float, int]:
        arrived = time.monotonic()
        try:
            return key, arrived, shared.do(key)
        except ValueError as error:
            return key, arrived, int(error.args[0])

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(call, keys))
    for key, arrived, number in answers:
        assert rounds[number][0] == key
        assert rounds[number][2] >= arrived
    taken = [number for _, _, number in answers]
    assert [size for _, size, _ in rounds] == [taken.count(number) for number in range(len(rounds))]
    assert not shared._under_way
