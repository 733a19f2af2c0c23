"""The limits of docs/threat-model.md that no other test is about: the head, permits, calls to the data store."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import NEEDS
from app.kit import aws, problems
from app.kit.coalescer import GRACE, PATIENCE
from app.kit.concurrency_limiter import limit_concurrency
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


@pytest.mark.parametrize(("threads", "permits"), [(1, 1), (2, 1), (16, 14), (128, 112)])
def test_an_eighth_of_the_threads_stays_free_for_health_checks(threads: int, permits: int) -> None:
    app = Flask(__name__)
    problems.answer_with_problems(app)
    limit_concurrency(app, threads)
    leave, arrivals, inside = threading.Event(), itertools.count(1), threading.Semaphore(0)

    @app.get("/slow")
    def slow() -> str:
        if next(arrivals) > permits:
            return "one too many"
        inside.release()
        assert leave.wait(60)
        return "done"

    @app.get("/health")
    def health() -> str:
        return "healthy"

    with ThreadPoolExecutor(permits) as crowd:
        visits = [crowd.submit(app.test_client().get, "/slow") for _ in range(permits)]
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


def test_a_call_to_the_data_store_has_two_seconds() -> None:
    clients = aws.dynamodb("us-east-1", 1)
    settings: Any = clients.pages.meta.config
    assert (settings.connect_timeout, settings.read_timeout) == (1, 2)
    assert settings.retries["total_max_attempts"] == 3
    timeout = clients.items._pool.timeout
    assert (timeout.connect_timeout, timeout.read_timeout) == (1, 2)


def test_what_requests_share_has_the_seconds_that_are_told() -> None:
    (row,) = [line for line in THREATS.read_text().splitlines() if line.startswith("| time for a request")]
    assert f"what requests share {PATIENCE:g} s, and what is under way then {GRACE:g} s more" in row
