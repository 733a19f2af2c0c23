"""Work that requests share: nobody waits alone, nobody is forgotten."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kit import coalescer, event_loop
from app.kit.coalescer import BatchTimedOut, RequestCoalescer
from app.kit.concurrency_limiter import Busy
from app.kit.event_loop import run
from tests.kit.blocking import in_thread
from tests.platform_runner import until


class HeldWork:
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

    def wait_for_batches(self, count: int) -> None:
        with self._lock:
            assert self._lock.wait_for(lambda: len(self.begun) >= count, timeout=10)

    def end(self, number: int, outcome: Any) -> None:
        with self._lock:
            self._outcomes[number] = outcome
            self._lock.notify_all()


@pytest.fixture
def held() -> HeldWork:
    return HeldWork()


@pytest.fixture
def crowd() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(32)


def do(shared: RequestCoalescer[Any, Any], key: Any) -> Any:
    return run(shared.do(key))


async def on_the_loop(call: Callable[..., None], *arguments: Any) -> None:
    """What its timers do when they are over."""
    call(*arguments)


class Timers:
    """What the coalescer lets its loop call later, which nobody calls but the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.started: list[tuple[str, float]] = []
        self._monkeypatch, self._loop = monkeypatch, event_loop._loop()
        self._call_later = self._loop.call_later
        monkeypatch.setattr(self._loop, "call_later", self._noted)

    def _noted(self, seconds: float, call: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(getattr(call, "__self__", None), RequestCoalescer):
            self.started.append((call.__name__, seconds))
            seconds = 600
        return self._call_later(seconds, call, *arguments, **options)


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> Timers:
    return Timers(monkeypatch)


def here(shared: RequestCoalescer[str, Any]) -> int:
    """Requests that are in a batch, or wait for one."""
    batches = {id(each): each for each in (*shared._open.values(), *shared._at_work.values())}
    return sum(each.size for each in batches.values())


def is_at_rest(shared: RequestCoalescer[Any, Any]) -> bool:
    return not (shared._open or shared._at_work or shared._ready)


def bounded(held: HeldWork) -> RequestCoalescer[str, Any]:
    """With room for the work of two batches, none of which becomes overdue."""
    shared = RequestCoalescer(in_thread(held.work), patience=20)
    shared._concurrency.limit, shared._concurrency.overdue = 2, 20
    return shared


def arrive(crowd: ThreadPoolExecutor, shared: RequestCoalescer[str, Any], key: str, count: int) -> list[Future[Any]]:
    """`count` calls, all of which have arrived."""
    before = here(shared)
    calls = [crowd.submit(do, shared, key) for _ in range(count)]
    until(lambda: here(shared) == before + count, "all have arrived")
    return calls


def test_a_lone_request_is_served_at_once(held: HeldWork, crowd: ThreadPoolExecutor) -> None:
    shared = RequestCoalescer(in_thread(held.work), patience=5)
    held.end(0, "done")
    assert do(shared, "a") == "done"
    assert held.begun == [("a", 1)]


def test_those_who_arrive_during_work_share_the_next_and_no_more(held: HeldWork, crowd: ThreadPoolExecutor) -> None:
    shared = RequestCoalescer(in_thread(held.work), patience=5)
    first = arrive(crowd, shared, "a", 1)
    held.wait_for_batches(1)
    crowded = arrive(crowd, shared, "a", 20)
    assert held.begun == [("a", 1)]
    held.end(0, "one")
    held.wait_for_batches(2)
    late = arrive(crowd, shared, "a", 3)
    held.end(1, "two")
    held.wait_for_batches(3)
    held.end(2, "three")
    assert held.begun == [("a", 1), ("a", 20), ("a", 3)]
    assert [call.result(10) for call in first] == ["one"]
    assert [call.result(10) for call in crowded] == ["two"] * 20
    assert [call.result(10) for call in late] == ["three"] * 3


def test_different_keys_do_not_wait_for_each_other(held: HeldWork, crowd: ThreadPoolExecutor) -> None:
    shared = RequestCoalescer(in_thread(held.work), patience=5)
    calls = [call for key in "abcdefgh" for call in arrive(crowd, shared, key, 1)]
    held.wait_for_batches(8)
    for number in range(8):
        held.end(number, number)
    assert sorted(call.result(10) for call in calls) == list(range(8))


def test_a_batch_takes_requests_until_its_work_begins(held: HeldWork, crowd: ThreadPoolExecutor) -> None:
    """As long as the process has enough to do, other batches wait, and grow."""
    shared = bounded(held)
    at_work = [arrive(crowd, shared, key, 1)[0] for key in "ab"]
    held.wait_for_batches(2)
    waiting = arrive(crowd, shared, "c", 5)
    assert held.begun == [("a", 1), ("b", 1)]
    held.end(0, "one")
    held.wait_for_batches(3)
    assert held.begun[2] == ("c", 5)
    held.end(1, "two")
    held.end(2, "three")
    assert [call.result(10) for call in (*at_work, *waiting)] == ["one", "two"] + ["three"] * 5


def test_a_quiet_key_waits_for_no_more_than_those_who_came_before_it(held: HeldWork, crowd: ThreadPoolExecutor) -> None:
    shared = bounded(held)
    crowded = [call for key in "ab" for call in arrive(crowd, shared, key, 1)]
    held.wait_for_batches(2)
    crowded += arrive(crowd, shared, "a", 10)
    quiet = arrive(crowd, shared, "quiet", 1)
    crowded += arrive(crowd, shared, "b", 10)
    held.end(0, "one")
    held.wait_for_batches(3)
    assert held.begun[2] == ("quiet", 1)
    held.end(2, "quiet")
    assert quiet[0].result(10) == "quiet"
    for number in (1, 3, 4):
        held.end(number, "crowded")
    assert {call.result(10) for call in crowded} == {"one", "crowded"}
    until(lambda: is_at_rest(shared), "all is done")


def test_batches_begin_in_the_order_in_which_they_became_ready(held: HeldWork, crowd: ThreadPoolExecutor) -> None:
    shared = bounded(held)
    shared._concurrency.limit = 1
    calls = [call for key in "abcdef" for call in arrive(crowd, shared, key, 1)]
    for number in range(6):
        held.end(number, number)
    assert [call.result(10) for call in calls] == list(range(6))
    assert [key for key, _ in held.begun] == list("abcdef")


def test_no_more_batches_are_at_work_than_there_is_room_for(crowd: ThreadPoolExecutor) -> None:
    lock, at_work, most = threading.Lock(), 0, 0

    def work(_key: int, _size: int, _deadline: float) -> None:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.001)
        with lock:
            at_work -= 1

    shared = RequestCoalescer(in_thread(work), patience=60)
    # No window is ever full: what is set stays.
    shared._concurrency.limit, shared._concurrency.overdue = 3, 60
    shared._concurrency._ended = -10_000
    for call in [crowd.submit(do, shared, number % 7) for number in range(500)]:
        call.result(60)
    assert most == 3
    until(lambda: is_at_rest(shared), "all is done")


def test_work_that_takes_long_holds_up_no_other_key(held: HeldWork, crowd: ThreadPoolExecutor) -> None:
    shared = RequestCoalescer(in_thread(held.work), patience=20)
    shared._concurrency.limit, shared._concurrency.overdue = 2, 0.05
    hung = [call for key in "ab" for call in arrive(crowd, shared, key, 1)]
    held.wait_for_batches(2)
    # Nobody else comes: it looks for itself.
    other = crowd.submit(do, shared, "c")
    held.wait_for_batches(3)
    held.end(2, "three")
    assert other.result(10) == "three"
    # But its own key has to wait, as ever.
    same = arrive(crowd, shared, "a", 1)
    assert [key for key, _ in held.begun] == ["a", "b", "c"]
    for number in (0, 1, 3):
        held.end(number, number)
    assert [call.result(10) for call in (*hung, *same)] == [0, 1, 3]


def test_whoever_finds_no_room_until_its_deadline_is_told_and_forgotten(
    held: HeldWork, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = bounded(held)
    at_work = [call for key in "ab" for call in arrive(crowd, shared, key, 1)]
    held.wait_for_batches(2)
    monkeypatch.setattr(shared, "_patience", 0.2)
    with pytest.raises(Busy):
        do(shared, "c")
    assert not shared._open
    assert not shared._ready
    held.end(0, "one")
    held.end(1, "two")
    assert [call.result(10) for call in at_work] == ["one", "two"]
    assert len(held.begun) == 2


def test_what_calls_take_is_what_the_room_is_derived_from(monkeypatch: pytest.MonkeyPatch) -> None:
    durations: list[float] = []
    now = [1_000.0]
    monkeypatch.setattr(coalescer, "time", SimpleNamespace(monotonic=lambda: now[-1]))

    async def work(*_: object) -> None:
        now.append(now[-1] + 0.25)

    shared = RequestCoalescer[str, None](work, patience=20)
    monkeypatch.setattr(shared._concurrency, "add", durations.append)
    for _ in range(2):
        do(shared, "a")
        until(lambda: is_at_rest(shared), "it has passed on")
    assert durations == [0.25, 0.25]


@pytest.mark.parametrize("error", [ValueError("no"), MemoryError()])
def test_an_error_reaches_its_round_alone_and_the_next_one_goes_on(
    held: HeldWork, crowd: ThreadPoolExecutor, error: BaseException
) -> None:
    shared = RequestCoalescer(in_thread(held.work), patience=5)
    first = arrive(crowd, shared, "a", 1)
    held.wait_for_batches(1)
    second = arrive(crowd, shared, "a", 5)
    held.end(0, "one")
    held.wait_for_batches(2)
    third = arrive(crowd, shared, "a", 5)
    held.end(1, error)
    held.end(2, "three")
    assert first[0].result(10) == "one"
    assert [type(call.exception(10)) for call in second] == [type(error)] * 5
    assert [call.result(10) for call in third] == ["three"] * 5


def test_work_that_hangs_holds_nobody_for_ever(
    held: HeldWork, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coalescer, "GRACE", 0.2)
    shared = RequestCoalescer(in_thread(held.work), patience=0.2)
    hung = arrive(crowd, shared, "a", 1)
    held.wait_for_batches(1)
    behind = arrive(crowd, shared, "a", 5)
    assert [type(call.exception(10)) for call in behind] == [Busy] * 5
    assert len(held.begun) == 1
    # Those who come later wait for a turn of their own, and it comes when the hung work ends after all.
    later = crowd.submit(do, shared, "a")
    until(lambda: here(shared) == 2, "the late one has arrived")
    held.end(0, "at last")
    held.end(1, "next")
    assert hung[0].result(10) == "at last"
    assert later.result(10) == "next"


def test_followers_of_work_that_hangs_are_let_go(held: HeldWork, crowd: ThreadPoolExecutor, timers: Timers) -> None:
    shared = RequestCoalescer(in_thread(held.work), patience=60)
    first = arrive(crowd, shared, "a", 1)
    held.wait_for_batches(1)
    second = arrive(crowd, shared, "a", 4)
    held.end(0, "one")
    assert first[0].result(10) == "one"
    held.wait_for_batches(2)
    run(on_the_loop(shared._give_up, shared._at_work["a"]))
    assert not any(call.done() for call in second), "its call may still come back"
    run(on_the_loop(shared._leave, shared._at_work["a"]))
    assert [type(call.exception(10)) for call in second] == [BatchTimedOut] * 4
    held.end(1, "two")
    held.end(2, "three")
    assert do(shared, "a") == "three"


def test_a_batch_has_its_patience_and_then_what_a_call_takes_that_was_under_way(
    held: HeldWork, crowd: ThreadPoolExecutor, timers: Timers
) -> None:
    shared = RequestCoalescer(in_thread(held.work), patience=60)
    call = arrive(crowd, shared, "a", 1)
    held.wait_for_batches(1)
    assert timers.started == [("_give_up", 60)]
    run(on_the_loop(shared._give_up, shared._at_work["a"]))
    assert timers.started[1:] == [("_leave", coalescer.GRACE)]
    assert coalescer.GRACE == 4, "the two seconds of a call, twice"
    held.end(0, "one")
    assert call[0].result(30) == "one"


def test_a_batch_waits_for_its_turn_until_its_patience_is_over(
    held: HeldWork, crowd: ThreadPoolExecutor, timers: Timers
) -> None:
    shared = RequestCoalescer(in_thread(held.work), patience=60)
    first = arrive(crowd, shared, "a", 1)
    held.wait_for_batches(1)
    behind = arrive(crowd, shared, "a", 3)
    run(on_the_loop(shared._give_up, shared._open["a"]))
    assert [type(call.exception(30)) for call in behind] == [Busy] * 3
    assert here(shared) == 1, "who gave up is forgotten"
    held.end(0, "one")
    assert first[0].result(30) == "one"
    until(lambda: is_at_rest(shared), "all is done")


def test_a_turn_that_comes_as_the_wait_ends_is_taken() -> None:
    async def work(*_: object) -> str:
        return "one"

    async def visit() -> str:
        shared = RequestCoalescer[str, str](work, patience=60)
        call = asyncio.ensure_future(shared.do("a"))
        while "a" not in shared._at_work:
            await asyncio.sleep(0)
        assert "a" in shared._open, "it still takes requests"
        shared._give_up(shared._open["a"])
        return await call

    assert run(visit()) == "one"


def test_a_request_that_is_cancelled_takes_nobody_along(held: HeldWork, crowd: ThreadPoolExecutor) -> None:
    shared = RequestCoalescer(in_thread(held.work), patience=60)
    first = arrive(crowd, shared, "a", 1)
    held.wait_for_batches(1)
    second = arrive(crowd, shared, "a", 1)

    async def cancel_one() -> None:
        call = asyncio.ensure_future(shared.do("a"))
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.wait([call])

    run(cancel_one())
    held.end(0, "one")
    held.end(1, "two")
    assert [call.result(30) for call in (*first, *second)] == ["one", "two"]


def test_the_deadline_of_a_round_is_that_of_its_leader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coalescer, "time", SimpleNamespace(monotonic=lambda: 1_000.0))
    deadlines: list[float] = []

    async def work(_key: str, _size: int, deadline: float) -> None:
        deadlines.append(deadline)

    do(RequestCoalescer(work, patience=5), "a")
    do(RequestCoalescer(work), "a")
    assert deadlines == [1_005.0, 1_008.0]


def test_each_of_a_round_has_an_error_of_its_own_with_what_is_known_of_it(
    held: HeldWork, crowd: ThreadPoolExecutor
) -> None:
    shared = RequestCoalescer(in_thread(held.work), patience=60)
    first = arrive(crowd, shared, "a", 1)
    held.wait_for_batches(1)
    second = arrive(crowd, shared, "a", 3)
    error = Busy()
    error.__cause__ = ValueError("why")
    held.end(0, "one")
    held.end(1, error)
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

    shared = RequestCoalescer(in_thread(work), patience=20)

    def call(key: str) -> tuple[str, float, int]:
        arrived = time.monotonic()
        try:
            return key, arrived, do(shared, key)
        except ValueError as error:
            return key, arrived, int(error.args[0])

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(call, keys))
    for key, arrived, number in answers:
        assert rounds[number][0] == key
        assert rounds[number][2] >= arrived
    until(lambda: is_at_rest(shared), "all is done")
    taken = [number for _, _, number in answers]
    assert [size for _, size, _ in rounds] == [taken.count(number) for number in range(len(rounds))]
