"""However an address is spelled, a closed route stays closed and the rate of likes holds.

Breaks that this file notices, tried: leading slashes left to routing, which takes any number of them; a route for
`fulfill-like` without its setting; a limit by address as it is spelled.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import boto3
import pytest

from tests.conftest import Rows, new_table
from tests.server import Server
from tests.spellings import ODD, SAME, send, spelled


@pytest.fixture(scope="module")
def closed(session: boto3.Session) -> Iterator[Server]:
    with Server(new_table(session)) as server:
        yield server


@pytest.fixture(scope="module")
def hasty(session: boto3.Session) -> Iterator[Server]:
    """With the route for a like service, in one process that takes one like a second of each client."""
    with Server(new_table(session), WORKERS="1", LIKES_PER_SECOND="1", FULFILL_LIKE="yes") as server:
        yield server


def test_no_spelling_reaches_a_route_that_no_setting_opens(closed: Server, session: boto3.Session) -> None:
    rows = Rows(session, closed.table_name)
    mysfit_id = rows.add()
    for spelling in [*ODD, *SAME]:
        status, answer = send(closed.port, "POST", spelled(spelling, mysfit_id, "fulfill-like"))
        assert status == 404, spelling
        assert b"content-type: application/problem+json" in answer
        assert b"access-control-allow-origin: *" in answer
    assert rows.get(mysfit_id)["Likes"] == 0


def test_an_odd_spelling_of_an_address_is_no_address(closed: Server, hasty: Server, session: boto3.Session) -> None:
    # Likes alone have a limit.
    for server, route in ((closed, "like"), (closed, "adopt"), (hasty, "fulfill-like")):
        rows = Rows(session, server.table_name)
        mysfit_id = rows.add()
        for spelling in ODD:
            assert send(server.port, "POST", spelled(spelling, mysfit_id, route))[0] == 404, (route, spelling)
        assert (rows.get(mysfit_id)["Likes"], rows.get(mysfit_id)["Adopted"]) == (0, False)


def test_a_legal_spelling_of_an_address_is_that_address(hasty: Server, session: boto3.Session) -> None:
    rows = Rows(session, hasty.table_name)
    mysfit_id = rows.add(MysfitId="c0684344-1eb7-40e7-b334-06d25ac9268c")
    for spelling in SAME:
        assert send(hasty.port, "POST", spelled(spelling, mysfit_id, "fulfill-like"))[0] == 200, spelling
    assert rows.get(mysfit_id)["Likes"] == len(SAME)
    for same in (mysfit_id.replace("-", "%2D"), mysfit_id.replace("-", "%2d"), mysfit_id.replace("c", "%63")):
        status, profile = hasty.request("GET", f"/mysfits/{same}")
        assert (status, profile["mysfitId"]) == (200, mysfit_id)


def test_the_pace_of_likes_holds_for_every_spelling(hasty: Server, session: boto3.Session) -> None:
    rows = Rows(session, hasty.table_name)
    mysfit_id = rows.add()
    began = time.monotonic()
    answers = [send(hasty.port, "POST", spelled(spelling, mysfit_id, "like"))[0] for spelling in [*SAME, *ODD] * 2]
    seconds = time.monotonic() - began
    assert set(answers) <= {200, 404, 429}
    assert rows.get(mysfit_id)["Likes"] == answers.count(200) <= seconds + 2
