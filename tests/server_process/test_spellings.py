"""However an address is spelled, a closed route stays closed and the pace of likes holds.

Breaks that this file notices, tried: leading slashes left to routing, which takes any number of them; a route for
`fulfill-like` without its setting; a pace by address as it is spelled.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import boto3
import pytest

from tests.conftest import Rows, new_table
from tests.server import Server

# Of `POST /mysfits/ID/ROUTE`, as it stands in the request line. These are other addresses.
ODD = [
    "//mysfits/ID/ROUTE",
    "///////mysfits/ID/ROUTE",
    "/mysfits//ID/ROUTE",
    "/mysfits/ID//ROUTE",
    "/%2Fmysfits/ID/ROUTE",
    "/./mysfits/ID/ROUTE",
    "/../mysfits/ID/ROUTE",
    "/%2e/mysfits/ID/ROUTE",
    "/mysfits/./ID/ROUTE",
    "/mysfits/ID/./ROUTE",
    "/mysfits/ID/x/../ROUTE",
    "/mysfits/ID/x/%2e%2e/ROUTE",
    "/mysfits/ID/ROUTE/",
    "/mysfits/ID/ROUTE//",
    "/mysfits/ID/ROUTE/.",
    "/mysfits/ID/ROUTE/..",
    "/mysfits/ID/ROUTE;x=y",
    "/mysfits/ID;x=y/ROUTE",
    "/mysfits;x/ID/ROUTE",
    "/mysfits/ID/ROUTE%20",
    "/mysfits/ID/ROUTE%00",
    "/mysfits/ID/ROUTE%3Fx",
    "/mysfits/ID/ROUTE%23x",
    "/mysfits/ID/%2552OUTE",
    "/MYSFITS/ID/ROUTE",
    "http://x//mysfits/ID/ROUTE",
    "http://x/./mysfits/ID/ROUTE",
    "http://x/mysfits/ID/ROUTE/",
]
# These are the same, by RFC 3986 section 6.2.2.2, by RFC 9112 section 3.2.2, or because the server decodes the path
# before anybody sees it.
SAME = [
    "/mysfits/ID/ROUTE",
    "/mysfits/ID/ROUTE?x=y",
    "/mysfits/ID/ROUTE#x",
    "/%6Dysfits/ID/ROUTE",
    "/mysfits/ID/%6Cike",
    "/mysfits/ID/lik%65",
    "http://x/mysfits/ID/ROUTE",
    "http://y:1/mysfits/ID/ROUTE",
    "/mysfits%2FID%2fROUTE",
]


def spelled(spelling: str, mysfit_id: str, route: str) -> str:
    other_case = {"%6Cike": "%66ulfill-like", "lik%65": "fulfill%2Dlike"} if route == "fulfill-like" else {}
    for like, fulfill in other_case.items():
        spelling = spelling.replace(like, fulfill)
    return spelling.replace("ID", mysfit_id).replace("ROUTE", route)


def post(server: Server, target: str) -> tuple[int, bytes]:
    """(status, the whole answer)"""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(f"POST {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    return int(answer.split(b" ", 2)[1]), answer


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
        status, answer = post(closed, spelled(spelling, mysfit_id, "fulfill-like"))
        assert status == 404, spelling
        assert b"content-type: application/problem+json" in answer
        assert b"access-control-allow-origin: *" in answer
    assert rows.get(mysfit_id)["Likes"] == 0


def test_an_odd_spelling_of_an_address_is_no_address(hasty: Server, session: boto3.Session) -> None:
    rows = Rows(session, hasty.table_name)
    mysfit_id = rows.add()
    for route in ("like", "fulfill-like", "adopt"):
        for spelling in ODD:
            assert post(hasty, spelled(spelling, mysfit_id, route))[0] == 404, (route, spelling)
    assert (rows.get(mysfit_id)["Likes"], rows.get(mysfit_id)["Adopted"]) == (0, False)


def test_a_legal_spelling_of_an_address_is_that_address(hasty: Server, session: boto3.Session) -> None:
    rows = Rows(session, hasty.table_name)
    mysfit_id = rows.add(MysfitId="c0684344-1eb7-40e7-b334-06d25ac9268c")
    for spelling in SAME:
        assert post(hasty, spelled(spelling, mysfit_id, "fulfill-like"))[0] == 200, spelling
    assert rows.get(mysfit_id)["Likes"] == len(SAME)
    for same in (mysfit_id.replace("-", "%2D"), mysfit_id.replace("-", "%2d"), mysfit_id.replace("c", "%63")):
        status, profile = hasty.request("GET", f"/mysfits/{same}")
        assert (status, profile["mysfitId"]) == (200, mysfit_id)


def test_the_pace_of_likes_holds_for_every_spelling(hasty: Server, session: boto3.Session) -> None:
    rows = Rows(session, hasty.table_name)
    mysfit_id = rows.add()
    began = time.monotonic()
    answers = [post(hasty, spelled(spelling, mysfit_id, "like"))[0] for spelling in [*SAME, *ODD] * 2]
    seconds = time.monotonic() - began
    assert set(answers) <= {200, 404, 429}
    assert answers.count(404) == 2 * len(ODD)
    assert rows.get(mysfit_id)["Likes"] == answers.count(200) <= seconds + 2
