"""What the production server tells of itself and of its visitors, and how much it takes.

Breaks that this file notices, tried: `Server` left to the server; the visitor's address as a field of the log event;
the server's own bound of a head (400 KiB).
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import boto3
import pytest

from tests.conftest import Rows, new_table
from tests.server import Server


@pytest.fixture(scope="module")
def server(session: boto3.Session) -> Iterator[Server]:
    with Server(new_table(session)) as server:
        yield server


def raw(server: Server, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def status(server: Server, line: bytes, headers: bytes = b"") -> int:
    request = line + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + b"\r\n"
    return int(raw(server, request).split(b" ", 2)[1])


@pytest.mark.parametrize("line", [b"GET /", b"GET /nowhere", b"PUT /", b"GET /mysfits?filter=x", b"GET /\xff", b"\x16"])
def test_no_answer_names_what_serves_it(server: Server, line: bytes) -> None:
    answer = raw(server, line + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").lower()
    assert answer.startswith(b"http/1.1 ")
    for word in (b"granian", b"hyper", b"flask", b"werkzeug", b"python", b"x-powered-by"):
        assert word not in answer
    assert answer.count(b"\r\nserver: ") == answer.count(b"\r\nserver: mysfits\r\n") <= 1


def test_a_log_event_holds_nothing_of_a_visitor(server: Server, session: boto3.Session) -> None:
    mysfit_id = Rows(session, server.table_name).add()
    visitor = {
        "X-Forwarded-For": "203.0.113.77",
        "Forwarded": "for=203.0.113.77",
        "User-Agent": "Visitor/77",
        "Cookie": "visitor=77",
        "Authorization": "Bearer visitor77",
        "Referer": "https://visitor77.example/",
        "Origin": "https://visitor77.example",
        "Accept-Language": "xx-visitor77",
    }
    asked = [("POST", f"/mysfits/{mysfit_id}/like"), ("GET", "/mysfits?value=visitor77"), ("GET", "/nowhere?visitor77")]
    for method, path in asked:
        server.request(method, path, **visitor)
    output = server.output()
    assert output.count(mysfit_id) == 2, "in the path, and as a field"
    for trace in ("203.0.113.77", "127.0.0.1", "isitor"):
        assert trace not in output
    events = [json.loads(line) for line in output.splitlines()]
    fields = {
        "time",
        "level",
        "message",
        "revision",
        "request_id",
        "method",
        "path",
        "status",
        "duration_ms",
        "mysfit_id",
    }
    assert {name for event in events for name in event} <= fields


@pytest.mark.parametrize(
    ("line", "headers", "answered"),
    [
        (b"GET /", b"X-A: " + b"a" * 60_000 + b"\r\n", 200),
        (b"GET /", b"X-A: " + b"a" * 130_000 + b"\r\n", 431),
        (b"GET /", b"X-A: a\r\n" * 90, 200),
        (b"GET /", b"X-A: a\r\n" * 101, 431),
        (b"GET /" + b"a" * 16_000, b"", 404),
        (b"GET /" + b"a" * 17_000, b"", 414),
        (b"GET /" + b"a" * 70_000, b"", 414),
        (b"POST /", b"Content-Length: 1\r\n", 400),
    ],
)
def test_what_is_too_large_is_turned_away(server: Server, line: bytes, headers: bytes, answered: int) -> None:
    assert status(server, line, headers) == answered


@pytest.mark.parametrize(
    ("version", "headers", "answered"),
    [
        (b"1.1", b"Host: x\r\n", 200),
        (b"1.1", b"Host: x.example:8080\r\n", 200),
        (b"1.1", b"Host: 127.0.0.1:80\r\n", 200),
        (b"1.1", b"Host: [::1]:80\r\n", 200),
        (b"1.1", b"Host: a_b\r\n", 200),
        (b"1.0", b"", 200),
        (b"1.1", b"", 400),
        (b"1.1", b"Host:\r\n", 400),
        (b"1.1", b"Host: x\r\nHost: y\r\n", 400),
        (b"1.1", b"Host: x\r\nHost: x\r\n", 400),
        (b"1.1", b"Host: x\r\nX-A: y\r\nhOST: x\r\n", 400),
        (b"1.0", b"Host: x\r\nHost: y\r\n", 400),
        (b"1.1", b"Host: x,y\r\n", 400),
        (b"1.1", b"Host: x y\r\n", 400),
        (b"1.1", b"Host: u@x\r\n", 400),
        (b"1.1", b"Host: x/y\r\n", 400),
        (b"1.1", b"Host: \xff\r\n", 400),
    ],
)
def test_a_request_says_once_which_host_it_is_for(
    server: Server, version: bytes, headers: bytes, answered: int
) -> None:
    answer = raw(server, b"GET / HTTP/" + version + b"\r\nConnection: close\r\n" + headers + b"\r\n")
    assert int(answer.split(b" ", 2)[1]) == answered
    if answered == 400:
        assert b"\r\ncontent-type: application/problem+json\r\n" in answer
        assert b'"title": "Invalid request"' in answer


def test_likes_have_a_pace_where_one_is_set(session: boto3.Session) -> None:
    name = new_table(session)
    mysfit_id = Rows(session, name).add()
    like = f"POST /mysfits/{mysfit_id}/like".encode()
    with Server(name, LIKES_PER_SECOND="1", WORKERS="1") as server:
        answers = [status(server, like, b"X-Forwarded-For: 192.0.2.1\r\n") for _ in range(20)]
        assert set(answers) == {200, 429}
        assert status(server, like, b"X-Forwarded-For: 192.0.2.1, 192.0.2.2\r\n") == 200
    assert Rows(session, name).get(mysfit_id)["Likes"] == answers.count(200) + 1
