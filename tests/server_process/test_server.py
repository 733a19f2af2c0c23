"""The production server: how it starts, what it takes, how it ends."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from ecs_emulator.cloud.endpoint import Cloud
from reliability.fault_injection_proxy import FaultInjectionProxy
from tests.conftest import Rows, new_table
from tests.platform_runner import PATIENCE, living, until
from tests.server import KILLED_AFTER, Server


@pytest.fixture
def server(cloud: Cloud, table_name: str) -> Iterator[Server]:
    """A server for one test alone."""
    with Server(table_name) as server:
        yield server


@pytest.fixture(scope="module")
def common_server(session: boto3.Session) -> Iterator[Server]:
    """A server for the tests that leave it as it was, with every route."""
    with Server(new_table(session), FULFILL_LIKE="yes") as server:
        yield server


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"FEATURES": "lieks"},
            "Cannot start: No such feature: lieks. There are: catalog, likes, adoptions, users, threads, posts, hello.",
        ),
        ({"DDB_TABLE_NAME": ""}, "Cannot start: DDB_TABLE_NAME is not set; the feature catalog needs it."),
        ({"FEATURES": "likes,posts"}, "Cannot start: POSTS_TABLE_NAME is not set; the feature posts needs it."),
        ({"THREADS": "many"}, "Cannot start: THREADS is 'many'; it should be a whole number from 1 to 1024."),
    ],
)
def test_a_wrong_setting_is_one_clear_line_and_no_server(settings: dict[str, str], sentence: str) -> None:
    environment = os.environ | {"DDB_TABLE_NAME": "t", "AWS_REGION": "us-east-1"} | settings
    result = subprocess.run([sys.executable, "-m", "app"], env=environment, capture_output=True, text=True)
    assert result.returncode == 2
    assert (result.stdout + result.stderr).strip() == sentence


def test_a_start_imports_nothing_that_only_some_need() -> None:
    program = "import sys, app.__main__; print([each for each in ('boto3', 'watchtower') if each in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"


def raw(server: Server, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET /mysfits/" + b"x" * 10_000, 404),
        (b"POST /mysfits/" + b"x" * 10_000 + b"/like", 404),
        (b"POST /mysfits/a%2Fb/like", 404),
        (b"POST /mysfits/%00/adopt", 404),
        (b"POST /mysfits/%ff%fe/like", 404),
        (b"GET /mysfits//like", 404),
        (b"GET /mysfits?filter=GoodEvil&value=%ff", 400),
        (b"GET /mysfits?filter=GoodEvil&filter=LawChaos&value=Good", 400),
        (b"GET /mysfits?filter=&value=", 400),
        (b"DELETE /mysfits/nobody", 405),
        (b"BREW /mysfits", 405),
        (b"PUT /mysfits/nobody/like", 405),
    ],
)
def test_bad_input_is_a_problem(common_server: Server, line: bytes, status: int) -> None:
    answer = raw(common_server, line + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"content-type: application/problem+json" in head
    assert b"access-control-allow-origin: *" in head
    assert b"x-request-id: " in head
    assert body.startswith(b"{")


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 2\r\n\r\n{}",
        b"Content-Length: 10\r\n\r\n{}",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\n{",
        b"Content-Length: 10000000\r\n\r\n",
    ],
)
def test_a_body_where_none_belongs_writes_nothing(common_server: Server, session: boto3.Session, body: bytes) -> None:
    rows = Rows(session, common_server.table_name)
    mysfit_id = rows.add()
    for route in ("like", "fulfill-like", "adopt"):
        head = f"POST /mysfits/{mysfit_id}/{route} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode()
        assert raw(common_server, head + body).startswith(b"HTTP/1.1 400 ")
    assert rows.get(mysfit_id)["Likes"] == 0
    assert rows.get(mysfit_id)["Adopted"] is False
    assert common_server.request("GET", "/health")[0] == 200


def like_until(server: Server, mysfit_id: str, stop: threading.Event) -> tuple[int, int]:
    """One visitor after the other: (answered with 200, without such an answer)."""
    answered = unanswered = 0
    while not stop.is_set():
        try:
            status, _ = server.request("POST", f"/mysfits/{mysfit_id}/like")
        except (OSError, ValueError):
            status = 0
        answered += status == 200
        unanswered += status != 200
        if status == 0:
            time.sleep(0.02)
    return answered, unanswered


def test_sigterm_under_load_answers_what_was_accepted(server: Server, rows: Rows) -> None:
    mysfit_id = rows.add()
    stop = threading.Event()
    with ThreadPoolExecutor(24) as threads:
        visits = [threads.submit(like_until, server, mysfit_id, stop) for _ in range(24)]
        until(lambda: len(server.events("Like processed.")) > 200, "200 likes")
        server.stop()
        stop.set()
        answered = sum(visit.result()[0] for visit in visits)
    assert answered == rows.get(mysfit_id)["Likes"] == len(server.events("Like processed."))


def test_a_killed_worker_costs_only_what_it_had_in_hand(server: Server, rows: Rows) -> None:
    mysfit_id = rows.add()
    stop = threading.Event()
    with ThreadPoolExecutor(24) as threads:
        visits = [threads.submit(like_until, server, mysfit_id, stop) for _ in range(24)]
        until(lambda: len(server.events("Like processed.")) > 100, "100 likes")
        before = server.workers()
        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(server.workers()) == len(before) and server.workers() != before, "another worker")
        so_far = len(server.events("Like processed."))
        until(lambda: len(server.events("Like processed.")) > so_far + 100, "100 more likes")
        stop.set()
        results = [visit.result() for visit in visits]
    answered, unanswered = (sum(column) for column in zip(*results, strict=True))
    assert unanswered <= 24 * 2
    assert answered <= rows.get(mysfit_id)["Likes"] <= answered + unanswered


@pytest.mark.parametrize("pause", [0.0, 0.05, 0.1, 0.2, 0.3, 0.4])
def test_a_server_that_is_told_to_stop_while_it_starts_stops(pause: float) -> None:
    server = Server("none", WORKERS="4")
    time.sleep(pause)  # what is tested is the moment
    server.process.terminate()
    try:
        assert server.process.wait(PATIENCE) in (0, -signal.SIGTERM)
        until(lambda: not living(f"PORT={server.port}"), "its workers have gone")
        assert server.seconds_to_stop() < KILLED_AFTER
    finally:
        server.kill()


def test_idle_connections_lock_nobody_out(common_server: Server) -> None:
    idle = [socket.create_connection(("127.0.0.1", common_server.port)) for _ in range(600)]
    try:
        for connection in idle[::2]:
            connection.sendall(b"GET /mysfits HTTP/1.1\r\nHost:")
        assert [common_server.request("GET", "/health")[0] for _ in range(20)] == [200] * 20
    finally:
        for connection in idle:
            connection.close()


def test_health_does_not_need_the_data_store(cloud: Cloud, table_name: str) -> None:
    with (
        FaultInjectionProxy(cloud.url, {"hung": 1.0}, seed=1) as proxy,
        Server(table_name, AWS_ENDPOINT_URL=proxy.url, REQUESTS="8") as server,
        ThreadPoolExecutor(4) as threads,
    ):
        waiting = [threads.submit(server.request, "GET", f"/mysfits/nobody-{number}") for number in range(4)]
        assert server.request("GET", "/health") == (200, {"status": "healthy"})
        assert server.request("GET", "/")[0] == 200
        assert {visit.result()[0] for visit in waiting} == {503}


def test_a_crowd_before_a_hung_data_store_does_not_lock_out_health_checks(cloud: Cloud, table_name: str) -> None:
    with (
        FaultInjectionProxy(cloud.url, {"hung": 1.0}, seed=1) as proxy,
        Server(table_name, AWS_ENDPOINT_URL=proxy.url, REQUESTS="16") as server,
        ThreadPoolExecutor(100) as threads,
    ):
        waiting = [threads.submit(server.request, "GET", f"/mysfits/nobody-{number}") for number in range(100)]
        until(lambda: any(visit.done() for visit in waiting), "the first are turned away")
        assert server.request("GET", "/health") == (200, {"status": "healthy"})
        assert sum(not visit.done() for visit in waiting) > 10, "the crowd was still there"
        answers = [visit.result() for visit in waiting]
    assert {status for status, _ in answers} == {503}
    assert {problem["title"] for _, problem in answers} == {"Try again later"}


@pytest.mark.parametrize("fault", ["throttled", "refused", "error_before"])
def test_a_data_store_that_does_not_serve_is_a_503_that_says_when_to_try_again(
    cloud: Cloud, table_name: str, rows: Rows, fault: str
) -> None:
    mysfit_id = rows.add()
    with (
        FaultInjectionProxy(cloud.url, {fault: 1.0}, seed=1) as proxy,
        Server(table_name, AWS_ENDPOINT_URL=proxy.url) as server,
    ):
        for method, path in (
            ("GET", "/mysfits"),
            ("GET", f"/mysfits/{mysfit_id}"),
            ("POST", f"/mysfits/{mysfit_id}/adopt"),
        ):
            answer = raw(server, f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nretry-after: 1\r\n" in answer
            assert b"application/problem+json" in answer
        causes = [event["cause"] for event in server.events("Request answered.") if event["status"] == 503]
        assert len(causes) == 3


def test_sixteen_threads_with_a_hundred_likes_each_store_sixteen_hundred(server: Server, rows: Rows) -> None:
    mysfit_id = rows.add()

    def visit(_: int) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        answered = 0
        for _ in range(100):
            connection.request("POST", f"/mysfits/{mysfit_id}/like")
            answer = connection.getresponse()
            answer.read()
            answered += answer.status == 200
        connection.close()
        return answered

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(visit, range(16))) == 1_600
    assert rows.get(mysfit_id)["Likes"] == 1_600
    assert len(server.events("Like processed.")) == 1_600
