"""A client of a load reads every answer to its end, sends nothing twice, and names what went wrong."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ecs_emulator.load.client import Failed, LoadConnection, LoadEndpoint, LoadResponse
from ecs_emulator.ports import free_ports

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Serve = Callable[[socket.socket], None]


class Played:
    """A server that does one thing after the other, one for each connection."""

    def __init__(self, connections: list[Serve]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[bytes] = []
        self.accepted = 0
        self._thread = threading.Thread(target=self._run, args=(connections,), daemon=True)
        self._thread.start()

    def _run(self, connections: list[Serve]) -> None:
        for serve in connections:
            connection, _ = self._listener.accept()
            self.accepted += 1
            with connection:
                serve(connection)

    def close(self) -> None:
        self._listener.close()

    def request(self, connection: socket.socket) -> None:
        """Read one request."""
        received = b""
        while not received.endswith(b"\r\n\r\n"):
            received += connection.recv(1)
        self.requests.append(received)


@contextmanager
def played(*connections: Callable[[Played, socket.socket], None]) -> Iterator[Played]:
    server: Played

    def bound(serve: Callable[[Played, socket.socket], None]) -> Serve:
        return lambda connection: serve(server, connection)

    server = Played([bound(serve) for serve in connections])
    try:
        yield server
    finally:
        server.close()


def answering(*answers: bytes) -> Callable[[Played, socket.socket], None]:
    """One answer for each request, then the end of the connection."""

    def serve(server: Played, connection: socket.socket) -> None:
        for answer in answers:
            server.request(connection)
            connection.sendall(answer)

    return serve


def ask(url: str, *methods: str, patience: float = 20) -> list[LoadResponse | str]:
    """What came of requests on one connection: answers and kinds of failure."""

    async def run() -> list[LoadResponse | str]:
        connection = LoadConnection(LoadEndpoint.at(url), patience)
        results: list[LoadResponse | str] = []
        for method in methods:
            try:
                results.append(await connection.ask(method, "/cats"))
            except Failed as failure:
                results.append(str(failure))
        connection.close()
        return results

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello"),
        (b"HTTP/1.1 503 No\r\ncontent-length:0\r\n\r\n", 503, b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n", 200, b"hello"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nDigest: 1\r\nOther: 2\r\n\r\n", 200, b""),
        (b"HTTP/1.1 204 None\r\n\r\n", 204, b""),
        (b"HTTP/1.1 304\r\nContent-Length: 7\r\n\r\n", 304, b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + OK, 200, b"ok"),
    ],
)
def test_an_answer_ends_where_http_says_and_the_next_one_comes_on_the_same_connection(
    answer: bytes, status: int, body: bytes
) -> None:
    with played(answering(answer, OK)) as server:
        first, second = ask(server.url, "GET", "GET")
        assert first == LoadResponse(status, "", body)
        assert second == LoadResponse(200, "", b"ok")
        assert server.accepted == 1


def test_an_answer_to_head_has_no_body_whatever_it_announces() -> None:
    with played(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", OK)) as server:
        assert ask(server.url, "HEAD", "GET") == [LoadResponse(200, "", b""), LoadResponse(200, "", b"ok")]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\nto the end",
        b"HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\nto the end",
        b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 10\r\n\r\nto the end",
    ],
)
def test_after_the_last_answer_of_a_connection_the_next_request_has_a_new_one(answer: bytes) -> None:
    with played(answering(answer), answering(OK)) as server:
        assert ask(server.url, "GET", "GET") == [LoadResponse(200, "", b"to the end"), LoadResponse(200, "", b"ok")]
        assert server.accepted == 2


def test_the_revision_is_what_the_answer_tells() -> None:
    answer = b"HTTP/1.1 200 OK\r\nx-service-REVISION: shop-web:7\r\nContent-Length: 0\r\n\r\n"
    with played(answering(answer)) as server:
        assert ask(server.url, "GET") == [LoadResponse(200, "shop-web:7", b"")]


def test_a_post_says_that_it_has_no_body() -> None:
    with played(answering(OK)) as server:
        ask(f"{server.url}/prefix/", "POST")
        assert server.requests[0].startswith(b"POST /prefix/cats HTTP/1.1\r\nHost: 127.0.0.1:")
        assert b"\r\nContent-Length: 0\r\n" in server.requests[0]


def test_a_connection_that_was_closed_while_it_was_idle_is_opened_anew_and_nothing_has_failed() -> None:
    async def run(url: str) -> list[LoadResponse]:
        connection = LoadConnection(LoadEndpoint.at(url), 20)
        first = await connection.ask("GET", "/cats")
        # The end of the connection has to arrive.
        while connection._reader and not connection._reader.at_eof():
            await asyncio.sleep(0.01)
        second = await connection.ask("GET", "/cats")
        connection.close()
        return [first, second]

    with played(answering(OK), answering(OK)) as server:
        assert asyncio.run(run(server.url)) == [LoadResponse(200, "", b"ok")] * 2
        assert len(server.requests) == 2


def _reset(server: Played, connection: socket.socket) -> None:
    server.request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize(
    ("serve", "kind"),
    [
        (answering(b""), "connection closed"),
        (answering(b"HTTP/1.1 200 OK\r\nContent-Le"), "connection closed"),
        (answering(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"), "connection closed"),
        (answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"), "connection closed"),
        (_reset, "connection reset"),
        (answering(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "no HTTP answer"),
        (answering(b"HTTP/1.1 fine\r\n\r\n"), "no HTTP answer"),
        (answering(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"), "no HTTP answer"),
        (answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "no HTTP answer"),
        (answering(b"x" * 200_000), "no HTTP answer"),
    ],
)
def test_a_request_without_an_answer_has_failed_once_and_was_sent_once(
    serve: Callable[[Played, socket.socket], None], kind: str
) -> None:
    with played(serve, answering(OK)) as server:
        # The next request is a new one, on a new connection.
        assert ask(server.url, "POST", "GET") == [kind, LoadResponse(200, "", b"ok")]
        assert [request.split(b" ")[0] for request in server.requests] == [b"POST", b"GET"]


def test_a_server_that_says_nothing_is_waited_for_as_long_as_patience_lasts() -> None:
    over = threading.Event()

    def silent(server: Played, connection: socket.socket) -> None:
        server.request(connection)
        over.wait(20)

    with played(silent) as server:
        began = time.monotonic()
        assert ask(server.url, "GET", patience=0.3) == ["timed out"]
        assert time.monotonic() - began > 0.3
        over.set()
        assert len(server.requests) == 1


def test_nobody_there_is_a_refused_connection() -> None:
    (port,) = free_ports(1)
    assert ask(f"http://127.0.0.1:{port}", "GET", "GET") == ["connection refused"] * 2


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://localhost", "http://", "http://:80", "http://x/?a=b", "http://x:port", ""]
)
def test_what_is_no_address_of_an_api_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|[Pp]ort"):
        LoadEndpoint.at(url)


def test_a_server_is_found_in_its_address() -> None:
    assert LoadEndpoint.at("http://localhost:8000/") == LoadEndpoint("localhost", 8000, "localhost:8000")
    assert LoadEndpoint.at("https://api.example/v1") == LoadEndpoint(
        "api.example", 443, "api.example", "/v1", "api.example"
    )
    assert LoadEndpoint.at("http://[::1]:8000").host == "::1"
