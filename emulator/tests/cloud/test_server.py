"""A server of an emulator answers every request that it took, and ends without a trace."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from ecs_emulator.cloud.server import WebServer
from ecs_emulator.supervisor import Supervisor
from emulator.tests.support.waiting import PATIENCE, until


def serving(answer: Callable[[bytes], bytes]) -> WebServer:
    """A server that answers the body of a request with `answer(body)`; to be closed."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [answer(environ["wsgi.input"].read())]

    return WebServer(application, port=0, threads=2)


def address(server: WebServer) -> tuple[str, int]:
    host, _, port = server.url.removeprefix("http://").partition(":")
    return host, int(port)


def put(server: WebServer, body: bytes, **headers: str) -> bytes:
    connection = http.client.HTTPConnection(*address(server), timeout=PATIENCE)
    try:
        connection.request("PUT", "/", body, headers)
        return connection.getresponse().read()
    finally:
        connection.close()


@pytest.mark.parametrize("body", [b"", b"x", b"x" * 1_000_000])
def test_a_body_that_is_announced_is_read_even_when_it_is_empty(body: bytes) -> None:
    """boto3 announces the body of every upload, that of an empty file too."""
    with closing(serving(lambda read: str(len(read)).encode())) as server:
        assert put(server, body, Expect="100-continue") == str(len(body)).encode()


def test_names_of_headers_are_as_the_application_writes_them() -> None:
    """A client of S3 makes keys of metadata of them: `x-amz-meta-abc` is `abc`."""

    def application(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("content-length", "0"), ("x-amz-meta-abc", "a: b"), ("ETag", "c")])
        return []

    with (
        closing(WebServer(application, port=0, threads=1)) as server,
        closing(http.client.HTTPConnection(*address(server))) as line,
    ):
        line.request("GET", "/")
        assert {("content-length", "0"), ("ETag", "c"), ("x-amz-meta-abc", "a: b")} < set(
            line.getresponse().getheaders()
        )


def test_a_request_in_hand_is_answered_before_the_end() -> None:
    begun, ended = threading.Event(), threading.Event()

    def slow(_body: bytes) -> bytes:
        begun.set()
        assert ended.wait(PATIENCE)
        return b"done"

    server = serving(slow)
    with ThreadPoolExecutor(2) as threads:
        answer = threads.submit(put, server, b"")
        assert begun.wait(PATIENCE)
        end = threads.submit(server.close)
        ended.set()
        end.result(PATIENCE)
        assert answer.result(PATIENCE) == b"done"


def test_after_the_end_there_is_no_thread_and_the_port_is_free(caplog: pytest.LogCaptureFixture) -> None:
    before = set(threading.enumerate())
    server = serving(lambda body: body)
    # A client that keeps its connection does not keep the server.
    with socket.create_connection(address(server)) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        assert idle.recv(15) == b"HTTP/1.1 200 OK"
        server.close()
        assert set(threading.enumerate()) <= before
    with socket.create_server(address(server)):
        pass
    assert caplog.text == ""


class Broken:
    """Something among a server's connections whose look ends the server's loop."""

    def readable(self) -> bool:
        raise RuntimeError("a broken connection")


def test_a_server_whose_thread_has_ended_goes_on_where_it_was() -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append, threading.Event())
    with closing(serving(lambda body: body)) as server:
        kept = http.client.HTTPConnection(*address(server), timeout=PATIENCE)
        kept.request("PUT", "/", b"before")
        assert kept.getresponse().read() == b"before"
        server._connections[-1] = Broken()
        until(server.worker.ended, "its thread has ended")
        assert server.worker.ended() == "RuntimeError: a broken connection"
        del server._connections[-1]
        supervisor.watch(server.worker)
        with supervisor.watching():
            assert put(server, b"after") == b"after"
        kept.request("PUT", "/", b"after")
        assert kept.getresponse().read() == b"after"
        kept.close()
    assert said == ["A server ended (RuntimeError: a broken connection); it is started again."]
