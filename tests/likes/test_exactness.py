"""An answered like is counted exactly once, one answered with an error at most once, whatever the network does.

Every test has processes of their own like through a proxy that breaks the way to the data store, and then counts the
row: answered ≤ stored ≤ answered + unanswered; and equal where nobody was left without an answer. The number that each
was answered is that of one order of all.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from typing import Any

import pytest

from app.catalog.store import NoSuchMysfit
from app.kit import aws
from app.kit.dynamodb import InDoubt, NotApplied, Table
from app.kit.event_loop import run
from app.likes.sequence_numbers import CROWD, PREFIX, SILENCE, Writer
from app.likes.store import Likes
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION
from emulator.tests.support.waiting import PATIENCE
from reliability.fault_injection_proxy import FaultInjectionProxy
from reliability.linearizability import LIKE, HistoryOperation, check
from tests.conftest import Rows

STORM = {
    "refused": 0.05,
    "throttled": 0.05,
    "error_before": 0.05,
    "error_after": 0.05,
    "dropped": 0.1,
    "hung": 0.01,
    "late": 0.01,
    "duplicated": 0.05,
    "garbage": 0.03,
}


def like_at_once(
    proxy: FaultInjectionProxy, table: str, mysfits: list[str], processes: int, threads: int, likes: int, **options: Any
) -> tuple[int, int]:
    """(answered, unanswered) of `processes` × `threads` visitors with `likes` each. Raises Violation."""
    arguments = {
        "table": table,
        "mysfits": mysfits,
        "threads": threads,
        "likes": likes,
        "patience": PATIENCE,
        "way": "sharing",
        **options,
    }
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.likes.visitors", json.dumps(arguments)],
            env=os.environ | {"AWS_ENDPOINT_URL": proxy.url},
            stdout=subprocess.PIPE,
        )
        for _ in range(processes)
    ]
    try:
        # No deadline of its own: each like has one, and what hangs has that of every test.
        outputs = [child.communicate()[0] for child in children]
    finally:
        for child in children:
            child.kill()
    assert [child.returncode for child in children] == [0] * processes
    visits = [visit for output in outputs for visit in json.loads(output)]
    proxy.settle()
    if arguments["way"] == "sharing":
        history: defaultdict[str, list[HistoryOperation]] = defaultdict(list)
        for mysfit, begin, end, count, is_void in visits:
            history[mysfit] += [] if is_void else [HistoryOperation(LIKE, begin, end, count)]
        for operations in history.values():
            check(operations)
    answered = sum(count is not None for *_, count, _ in visits)
    return answered, len(visits) - answered


@pytest.mark.parametrize(
    ("fault", "share"),
    [
        ("dropped", 0.5),
        ("error_after", 0.5),
        ("garbage", 0.3),
        ("duplicated", 0.5),
        ("throttled", 0.6),
        ("error_before", 0.5),
        ("refused", 0.5),
    ],
)
def test_likes_are_exact_under(cloud: Cloud, table_name: str, rows: Rows, fault: str, share: float) -> None:
    mysfit_id = rows.add()
    with FaultInjectionProxy(cloud.url, {fault: share}, seed=1) as proxy:
        answered, unanswered = like_at_once(proxy, table_name, [mysfit_id], processes=2, threads=16, likes=20)
    assert proxy.happened[fault] > 0
    assert (answered, unanswered) == (640, 0)
    assert rows.get(mysfit_id)["Likes"] == 640


def test_blind_retries_come_out_wrong_so_the_test_can_fail(cloud: Cloud, table_name: str, rows: Rows) -> None:
    mysfit_id = rows.add()
    with FaultInjectionProxy(cloud.url, {"dropped": 0.5}, seed=1) as proxy:
        answered, unanswered = like_at_once(proxy, table_name, [mysfit_id], 2, 16, 5, way="blind")
    assert answered + unanswered == 160
    assert rows.get(mysfit_id)["Likes"] > 200


def test_likes_are_exact_in_a_storm_of_everything(cloud: Cloud, table_name: str, rows: Rows) -> None:
    mysfit_id = rows.add()
    with FaultInjectionProxy(cloud.url, STORM, seed=2026) as proxy:
        answered, unanswered = like_at_once(proxy, table_name, [mysfit_id], processes=8, threads=32, likes=20)
    assert set(proxy.happened) == {*STORM, "well"}, "a fault that never happened proves nothing"
    assert (answered, unanswered) == (5_120, 0)
    assert rows.get(mysfit_id)["Likes"] == 5_120


def test_impatience_leaves_likes_unanswered_but_never_doubles_one(cloud: Cloud, table_name: str, rows: Rows) -> None:
    mysfit_id = rows.add()
    faults = {"dropped": 0.4, "error_after": 0.2, "late": 0.02, "throttled": 0.2}
    with FaultInjectionProxy(cloud.url, faults, seed=7) as proxy:
        answered, unanswered = like_at_once(proxy, table_name, [mysfit_id], 2, 16, 20, patience=0.1)
    stored = int(rows.get(mysfit_id)["Likes"])
    assert answered + unanswered == 640
    assert unanswered > 0
    assert answered <= stored <= 640


def test_hundreds_of_mysfits_are_liked_side_by_side(cloud: Cloud, table_name: str, rows: Rows) -> None:
    mysfits = rows.add_many(256)
    with FaultInjectionProxy(cloud.url, {"dropped": 0.1, "throttled": 0.1}, seed=3) as proxy:
        answered, unanswered = like_at_once(proxy, table_name, mysfits, processes=2, threads=32, likes=8)
    assert (answered, unanswered) == (512, 0)
    assert [row["Likes"] for row in rows.all()] == [2] * 256


@pytest.fixture
def likes(table: Table) -> Likes:
    return Likes(table, Writer())


def soon() -> float:
    return time.monotonic() + 60


def ago(seconds: float) -> int:
    """A number that many seconds old."""
    return int((time.time() - seconds) * 1_000_000)


def writers(row: dict[str, Any]) -> set[str]:
    return {name for name in row if name.startswith(PREFIX)}


def test_a_batch_counts_as_one_write(likes: Likes, rows: Rows) -> None:
    mysfit_id = rows.add(Likes=2)
    assert run(likes.add(mysfit_id, 40, soon())) == 42
    assert len(writers(rows.get(mysfit_id))) == 1


def test_silent_writers_are_removed_and_remembered(likes: Likes, rows: Rows) -> None:
    silent = {f"{PREFIX}writer-{number}": ago(SILENCE + 1 + number) for number in range(30)}
    busy = {f"{PREFIX}busy": ago(SILENCE - 30)}
    mysfit_id = rows.add(**silent, **busy)
    assert run(likes.add(mysfit_id, 1, soon())) == 1
    row = rows.get(mysfit_id)
    assert len(writers(row)) == 2
    assert f"{PREFIX}busy" in writers(row)
    assert row["WriterFloor"] == max(silent.values())


def test_a_row_that_many_processes_wrote_stays_bounded(table: Table, rows: Rows) -> None:
    mysfit_id = rows.add(**{f"{PREFIX}writer-{number}": ago(3_600 + number) for number in range(500)})
    likes = Likes(table, Writer())
    for _ in range(11):
        run(likes.add(mysfit_id, 1, soon()))
    row = rows.get(mysfit_id)
    assert len(writers(row)) == 1
    assert row["Likes"] == 11


def test_a_few_silent_writers_are_not_worth_a_write(table: Table, rows: Rows) -> None:
    mysfit_id = rows.add(**{f"{PREFIX}old-{number}": ago(1_000) for number in range(7)})
    counting = Scripted(table)
    run(Likes(counting, Writer()).add(mysfit_id, 1, soon()))  # type: ignore[arg-type]
    assert counting.updates == 1
    assert len(writers(rows.get(mysfit_id))) == 8


def test_a_row_is_bounded_even_where_a_clock_ran_ahead(table: Table, rows: Rows) -> None:
    mysfit_id = rows.add(
        **{f"{PREFIX}writer-{number}": ago(-86_400 - number) for number in range(CROWD + 20)}, WriterFloor=ago(-86_000)
    )
    likes = Likes(table, Writer())
    for _ in range(3):
        run(likes.add(mysfit_id, 1, soon()))
    row = rows.get(mysfit_id)
    assert len(writers(row)) <= CROWD + 8
    assert row["Likes"] == 3


def test_a_floor_never_sinks(likes: Likes, rows: Rows) -> None:
    mysfit_id = rows.add(**{f"{PREFIX}old-{number}": ago(1_000 + number) for number in range(8)}, WriterFloor=ago(500))
    before = rows.get(mysfit_id)["WriterFloor"]
    run(likes.add(mysfit_id, 1, soon()))
    assert rows.get(mysfit_id)["WriterFloor"] == before
    assert len(writers(rows.get(mysfit_id))) == 1


def test_a_clock_that_is_behind_costs_a_refused_write_and_no_like(
    likes: Likes, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    mysfit_id = rows.add(WriterFloor=ago(-86_400))
    assert run(likes.add(mysfit_id, 3, soon())) == 3
    assert run(likes.add(mysfit_id, 4, soon())) == 7


class Scripted:
    """A table whose next updates end as the test says: as they are, or with their answers lost, or not at all."""

    def __init__(self, table: Table, *script: str) -> None:
        self._table = table
        self._script = list(script)
        self.updates = 0

    async def update(self, key: Any, **expressions: Any) -> Any:
        self.updates += 1
        step = self._script.pop(0) if self._script else "well"
        if step == "forgotten":
            # Silent for too long: the row was swept before the next try.
            attribute = expressions["ExpressionAttributeNames"]["#writer"]
            number = expressions["ExpressionAttributeValues"][":number"]
            await self._table.update(
                key,
                UpdateExpression="REMOVE #writer SET WriterFloor = :low_water",
                ExpressionAttributeNames={"#writer": attribute},
                ExpressionAttributeValues={":low_water": number + 5},
            )
        if step == "not sent":
            raise NotApplied("not sent")
        answer = await self._table.update(key, **expressions)
        if step == "answer lost":
            raise InDoubt("lost")
        return answer


def scripted(table: Table, *script: str) -> Likes:
    return Likes(Scripted(table, *script), Writer())  # type: ignore[arg-type]


def test_a_lost_answer_is_recognised(table: Table, rows: Rows) -> None:
    mysfit_id = rows.add()
    assert run(scripted(table, "answer lost").add(mysfit_id, 5, soon())) == 5
    assert rows.get(mysfit_id)["Likes"] == 5


def test_a_batch_in_doubt_that_the_row_has_forgotten_is_never_sent_again(table: Table, rows: Rows) -> None:
    mysfit_id = rows.add()
    with pytest.raises(InDoubt):
        run(scripted(table, "answer lost", "forgotten").add(mysfit_id, 5, soon()))
    assert rows.get(mysfit_id)["Likes"] == 5


def test_after_the_deadline_it_is_said_what_is_known(table: Table, rows: Rows) -> None:
    mysfit_id = rows.add()
    with pytest.raises(NotApplied):
        run(scripted(table, *["not sent"] * 99).add(mysfit_id, 1, time.monotonic() + 0.1))
    with pytest.raises(InDoubt):
        run(scripted(table, "answer lost", *["not sent"] * 99).add(mysfit_id, 1, time.monotonic() + 0.1))
    with pytest.raises(NotApplied):
        run(scripted(table).add(mysfit_id, 1, time.monotonic() - 1))
    assert rows.get(mysfit_id)["Likes"] == 1


class Clock:
    """The `time` and the `asyncio` of the store: it stands still but for pauses."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("app.likes.store.time", clock)
    monkeypatch.setattr("app.likes.store.asyncio", clock)
    return clock


def test_pauses_are_doubled_up_to_a_tenth_of_a_second_and_spread_by_half(
    table: Table, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = itertools.cycle([0.5, 1.5])
    monkeypatch.setattr(random, "uniform", lambda low, high: {0.5: low, 1.5: high}[next(shares)])
    with pytest.raises(NotApplied):
        run(scripted(table, *["not sent"] * 99).add("ozzy", 1, clock.now + 0.45))
    assert clock.pauses == [0.01, 0.06, 0.04, 0.15, 0.05]


def test_no_pause_outlasts_the_deadline(table: Table, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda low, high: 1.0)
    for left, pauses in ((0.019, []), (0.02, [0.02]), (0.021, [0.02])):
        clock.pauses.clear()
        with pytest.raises(NotApplied, match="not sent"):
            run(scripted(table, "not sent", "not sent").add("ozzy", 1, clock.now + left))
        assert clock.pauses == pauses


def test_a_row_that_went_away_takes_no_likes(table: Table, rows: Rows) -> None:
    with pytest.raises(NoSuchMysfit):
        run(scripted(table, "not sent").add("nobody", 1, soon()))
    assert rows.all() == []


def test_stamps_only_grow_even_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer()
    first = writer.next_number()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert first < writer.next_number() < writer.next_number() < writer.next_number(above=first + 10**9)


def test_a_forked_process_is_another_writer() -> None:
    code = """if True:
        import os
        from app.likes.sequence_numbers import Writer
        writer = Writer()
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        print(writer.attribute, flush=True)
    """
    output = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout
    parent, child = output.split()
    assert parent != child


def test_the_client_for_writes_never_sends_one_twice(
    cloud: Cloud, table_name: str, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    mysfit_id = rows.add()
    with FaultInjectionProxy(cloud.url, {"error_before": 1.0}, seed=1) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        table = Table(aws.dynamodb(REGION), table_name)
        with pytest.raises(InDoubt):
            run(
                table.update(
                    {"MysfitId": mysfit_id}, UpdateExpression="ADD Likes :n", ExpressionAttributeValues={":n": 1}
                )
            )
        assert proxy.happened.total() == 1
        with pytest.raises(InDoubt):
            run(table.get({"MysfitId": mysfit_id}))
        assert proxy.happened.total() == 4, "a read may be tried three times"
