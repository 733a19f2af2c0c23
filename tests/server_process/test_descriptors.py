"""A worker that has no file descriptor left: what it cannot do it says by a 503, and then it can again.

Breaks that this file notices, tried: the errors of the operating system left to themselves, with the paginators' file
opened by the first list.
"""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import boto3
import pytest

from tests.conftest import Rows, new_tables
from tests.server import Server

if sys.platform != "linux":
    pytest.skip("a limit of another process can be set on Linux alone", allow_module_level=True)

import resource


@pytest.fixture
def server(session: boto3.Session) -> Iterator[Server]:
    with Server(new_tables(session)["DDB_TABLE_NAME"], WORKERS="1") as server:
        yield server


@contextmanager
def no_descriptor_left(server: Server) -> Iterator[None]:
    """Whatever the worker opens meanwhile fails with EMFILE; what it has open goes on."""
    (worker,) = server.workers()
    before = resource.prlimit(worker, resource.RLIMIT_NOFILE)
    resource.prlimit(worker, resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(worker, resource.RLIMIT_NOFILE, before)


def ask(connection: http.client.HTTPConnection, method: str, path: str) -> tuple[int, str | None, Any]:
    """(status, Retry-After, JSON or text) on a connection that is there already."""
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read().decode()
    is_json = "json" in (answer.headers["Content-Type"] or "")
    return answer.status, answer.headers["Retry-After"], json.loads(body) if is_json else body


def test_a_worker_that_has_called_nobody_yet_answers_503_and_then_serves(
    server: Server, session: boto3.Session
) -> None:
    mysfit_id = Rows(session, server.table_name).add()
    asked = [
        ("GET", "/mysfits"),
        ("GET", "/mysfits?filter=GoodEvil&value=Good"),
        ("GET", f"/mysfits/{mysfit_id}"),
        ("POST", f"/mysfits/{mysfit_id}/like"),
        ("POST", f"/mysfits/{mysfit_id}/adopt"),
        *(("GET", path) for path in ("/api/users", "/api/users/1", "/api/threads", "/api/posts", "/hello")),
    ]
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        assert ask(connection, "GET", "/health")[0] == 200
        with no_descriptor_left(server):
            for method, path in asked:
                status, retry_after, problem = ask(connection, method, path)
                assert (status, retry_after, problem["title"]) == (503, "1", "Try again later"), (method, path)
            for path in ("/", "/health", "/version", "/docs", "/openapi.json", "/api"):
                assert ask(connection, "GET", path)[0] == 200
            assert ask(connection, "GET", "/nowhere")[0] == 404
        assert ask(connection, "POST", f"/mysfits/{mysfit_id}/like")[2]["likes"] == 1
        assert ask(connection, "GET", "/mysfits")[0] == 200
    assert not [event for event in server.events("Request answered.") if "exception" in event]
