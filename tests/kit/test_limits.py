"""The limits of docs/threat-model.md that no other test is about: the head, permits, calls to the data store."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app import NEEDS
from app.kit import aws
from app.kit.application import Application
from app.kit.coalescer import GRACE, PATIENCE
from app.kit.front import Front
from tests.platform_runner import free_ports, until

THREATS = Path(__file__).parents[2] / "docs" / "threat-model.md"

# The server as it is, with a hundredth of its patience for a head; it says what it would have been.
IMPATIENT = """
import app.__main__ as served
settings = served.HTTP1Settings
def impatient(header_read_timeout, **others):
    print("patience:", header_read_timeout, flush=True)
    return settings(header_read_timeout=header_read_timeout // 100, **others)
served.HTTP1Settings = impatient
served.main()
"""


def test_whoever_does_not_send_a_head_in_a_minute_is_hung_up_on() -> None:
    [port] = free_ports(1)
    tables = {setting: "none" for needed in NEEDS.values() for setting in needed}
    settings = {
        "AWS_REGION": "us-east-1",
        "BIND_ADDRESS": "127.0.0.1",
        "PORT": str(port),
        "WORKERS": "1",
        "THREADS": "4",
    }
    with subprocess.Popen(
        [sys.executable, "-c", IMPATIENT], env=os.environ | tables | settings, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "patience: 60000\n"
            until(lambda: _listens(port), "the server listens")
            with socket.create_connection(("127.0.0.1", port), timeout=20) as slow:
                slow.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Never-Ending: ")
                began = time.monotonic()
                assert slow.recv(100) == b""
                assert time.monotonic() - began > 0.3
        finally:
            server.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("requests", [1, 16])
def test_however_many_are_at_work_a_health_check_is_answered(requests: int) -> None:
    app = Application(__name__)
    leave, inside = threading.Event(), threading.Semaphore(0)

    @app.get("/slow")
    async def slow() -> dict[str, str]:
        inside.release()
        assert await asyncio.to_thread(leave.wait, 60)
        return {}

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {}

    Front(app, requests=requests)
    with ThreadPoolExecutor(requests) as crowd:
        visits = [crowd.submit(app.test_client().get, "/slow") for _ in range(requests)]
        for _ in visits:
            assert inside.acquire(timeout=60)
        try:
            one_more = app.test_client().get("/slow")
            assert one_more.status_code == 503
            assert one_more.headers["Retry-After"] == "1"
            assert app.test_client().get("/health").status_code == 200
        finally:
            leave.set()
        assert {visit.result().status_code for visit in visits} == {200}


def test_views_that_are_no_coroutines_have_threads_of_their_own() -> None:
    """Whatever they wait for, the loop goes on."""
    app = Application(__name__)
    leave, inside = threading.Event(), threading.Semaphore(0)

    @app.get("/slow")
    def slow() -> str:
        inside.release()
        assert leave.wait(60)
        return "done"

    @app.get("/quick")
    async def quick() -> dict[str, str]:
        return {}

    Front(app, threads=2)
    with ThreadPoolExecutor(3) as crowd:
        visits = [crowd.submit(app.test_client().get, "/slow") for _ in range(3)]
        try:
            for _ in range(2):
                assert inside.acquire(timeout=60)
            assert app.test_client().get("/quick").status_code == 200
            assert not inside.acquire(blocking=False), "a third thread"
        finally:
            leave.set()
        assert {visit.result().status_code for visit in visits} == {200}


def test_a_call_to_the_data_store_has_two_seconds() -> None:
    timeout = aws.dynamodb("us-east-1")._timeout
    assert (timeout.sock_connect, timeout.sock_read) == (1, 2)


def test_what_requests_share_has_the_seconds_that_are_told() -> None:
    (row,) = [line for line in THREATS.read_text().splitlines() if line.startswith("| time for a request")]
    assert f"what requests share {PATIENCE:g} s, and what is under way then {GRACE:g} s more" in row
