"""Whatever comes in over the wire: no 5xx, no hang, no memory kept, nobody else disturbed, nothing smuggled in.

Breaks that this file notices, tried: routes that take a body (something is smuggled in); a request that waits for 40 s
when it has a certain header; 30 kB kept of each request; a path that has to be ASCII (a 500); a path as the message
of its log event; a redirect where the request line has no address.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import Rows
from tests.fuzz.cases import Ids, case
from tests.fuzz.conftest import SEED, TIMES
from tests.fuzz.figures import Figures
from tests.fuzz.sending import PATIENCE, Slow, Visitor, memory
from tests.fuzz.tally import Tally
from tests.server import Server

CASES = 5_000 * TIMES
WARM_UP = 1_000  # cases after which a server has seen everything once
ROOM = 24 * 2**20  # bytes that a worker may hold more after the rest
KINDS = 16


def test_a_case_is_made_from_its_seed_and_number_alone() -> None:
    ids = Ids("liked", "canary")
    assert [case(7, number, ids) for number in range(300)] == [case(7, number, ids) for number in range(300)]
    kinds = {case(SEED, number, ids).kind for number in range(WARM_UP)}
    assert len(kinds) == KINDS


@pytest.mark.timeout(600 * TIMES)
def test_no_bytes_disturb_the_server_or_its_visitors(server: Server, rows: Rows, figures: Figures) -> None:
    ids = Ids(liked=rows.add(), canary=rows.add())
    tally = Tally()

    def try_out(number: int) -> None:
        tally.try_out(server.port, case(SEED, number, ids), f"case {number} of seed {SEED}")

    with ThreadPoolExecutor(8) as senders, Slow(server.port, 100), Visitor(server.port, ids.liked) as visitor:
        list(senders.map(try_out, range(WARM_UP)))
        before = memory(server)
        list(senders.map(try_out, range(WARM_UP, CASES)))
        after = memory(server)

    assert tally.wrong == []
    assert (tally.errors, tally.hangs) == (0, 0)
    assert tally.cases.total() == CASES
    assert len(tally.cases) == KINDS
    assert visitor.wrong == []
    assert visitor.answers > 20
    assert visitor.slowest < PATIENCE
    # Each kind of answer, so that the cases reach what they are meant for.
    assert set(tally.answers) >= {200, 400, 404, 405, 414, 431}
    assert after.keys() == before.keys(), "a worker has ended"
    assert max(after[pid] - before[pid] for pid in after) < ROOM

    canary = rows.get(ids.canary)
    assert (canary["Likes"], canary["Adopted"]) == (0, False), "something was smuggled in"
    assert rows.get(ids.liked)["Likes"] == visitor.likes
    assert len(server.events("Like processed.")) == visitor.likes
    lines = server.output().splitlines()
    assert not [line for line in lines if "exception" in json.loads(line)]

    figures.raw, figures.before, figures.after = tally, before, after
    figures.visitor_answers, figures.visitor_slowest = visitor.answers, visitor.slowest
