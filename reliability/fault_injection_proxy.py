"""Fault-injection proxy to the data store: everything that happens on networks, as often as is asked for."""

from __future__ import annotations

import http.client
import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

THROTTLED = {
    "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
    "message": "Slow down.",
}
BROKEN = {"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError", "message": "Oh."}
SLOW = 1.0  # seconds
# Requests that are under way to the data store at once. Whoever gives up before is not passed on: else one that is slow
# would be given more and more for which nobody waits.
ROOM = 16
# By how much a signature's time may be off. The local cloud does not look at it.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
SKEW = timedelta(minutes=15)


class FaultInjectionProxy:
    """A proxy in front of `upstream`. `faults` maps what happens to how often (0 to 1), until others are set:

    refused     the connection is reset before anything is passed on
    throttled   DynamoDB's throttling error, nothing passed on
    error_before, error_after   a 500, with nothing passed on or with the request carried out
    dropped     carried out, then the connection is reset instead of the answer
    slow        carried out a second later, then answered
    hung        carried out, then no answer for ever
    silent      neither carried out nor answered
    late        no answer for ever; carried out a second later
    duplicated  carried out twice; the second answer counts
    garbage     carried out, then an answer that is not JSON
    """

    def __init__(self, upstream: str, faults: Mapping[str, float], seed: int) -> None:
        self.happened: Counter[str] = Counter()
        self._upstream = urlsplit(upstream).netloc
        self._random = random.Random(seed)  # noqa: S311 (chance, not secrecy)
        self._lock = threading.Lock()
        self._room = threading.Semaphore(ROOM)
        self._connections: set[socket.socket] = set()
        self.set_faults(faults)
        self._late: list[threading.Thread] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                proxy._serve(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 512
            daemon_threads = True

            def process_request(self, request: Any, client_address: Any) -> None:
                with proxy._lock:
                    proxy._connections.add(request)
                super().process_request(request, client_address)

            def shutdown_request(self, request: Any) -> None:
                with proxy._lock:
                    proxy._connections.discard(request)
                super().shutdown_request(request)

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a client that has given up

        def listen(port: int) -> ThreadingHTTPServer:
            return Server(("127.0.0.1", port), Handler)

        self._listen = listen
        self._begin(0)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def _begin(self, port: int) -> None:
        self._server = self._listen(port)
        # Polls for its end; half a second, as is usual, is long where the end is a fault of some seconds.
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def _end(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> FaultInjectionProxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def set_faults(self, faults: Mapping[str, float]) -> None:
        """From now on, this happens."""
        with self._lock:
            self._kinds = [*faults, "well"]
            self._weights = [*faults.values(), 1 - sum(faults.values())]

    def reset(self) -> None:
        """From now on, all is well."""
        self.set_faults({})

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody listens meanwhile, and what was connected is no more."""
        port = self._server.server_port
        self._end()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        try:
            yield
        finally:
            self._begin(port)

    def settle(self) -> None:
        """Wait until what was to arrive late has arrived."""
        for thread in self._late:
            thread.join(30)

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        with self._lock:
            (kind,) = self._random.choices(self._kinds, self._weights)
            self.happened[kind] += 1
        if expired := _expired(handler.headers.get("X-Amz-Date", "")):
            self.happened["expired"] += 1
            self._answer(handler, 400, json.dumps(expired).encode())
        elif kind == "refused":
            self._reset(handler)
        elif kind == "throttled":
            self._answer(handler, 400, json.dumps(THROTTLED).encode())
        elif kind == "error_before":
            self._answer(handler, 500, json.dumps(BROKEN).encode())
        elif kind == "silent":
            self._never_answer(handler)
        elif kind == "late":
            thread = threading.Timer(1, self._pass_on, (handler, body))
            thread.daemon = True
            self._late.append(thread)
            thread.start()
            self._never_answer(handler)
        else:
            if kind == "slow":
                time.sleep(SLOW)
            status, answer = self._carry_out(handler, body)
            if kind == "duplicated":
                status, answer = self._carry_out(handler, body)
            if kind == "dropped":
                self._reset(handler)
            elif kind == "hung":
                self._never_answer(handler)
            elif kind == "error_after":
                self._answer(handler, 500, json.dumps(BROKEN).encode())
            elif kind == "garbage":
                self._answer(handler, 200, b"<html>")
            else:
                self._answer(handler, status, answer)

    def _carry_out(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes]:
        """Raises ConnectionAbortedError where the client has given up before there was room."""
        with self._room:
            if _is_gone(handler.connection):
                raise ConnectionAbortedError
            return self._pass_on(handler, body)

    def _pass_on(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._upstream, timeout=60)
        try:
            connection.request("POST", handler.path, body, dict(handler.headers))
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def _answer(self, handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/x-amz-json-1.0")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _reset(self, handler: BaseHTTPRequestHandler) -> None:
        # Closing at once with data unread or lingering off sends RST: what a crashed peer looks like.
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.close_connection = True
        handler.connection.close()

    def _never_answer(self, handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        # Until the client gives up and closes.
        handler.connection.settimeout(30)
        handler.connection.recv(1)


def _is_gone(client: socket.socket) -> bool:
    try:
        return not client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _expired(signed: str) -> dict[str, str] | None:
    """What AWS says of a signature made at this time, None when it is of now."""
    now = datetime.now(UTC)
    try:
        off = now - datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    if abs(off) <= SKEW:
        return None
    text = "Signature expired" if off > SKEW else "Signature not yet current"
    return {
        "__type": "com.amazon.coral.service#InvalidSignatureException",
        "message": f"{text}: {signed} is not within 15 min. of {now:%Y%m%dT%H%M%SZ}.",
    }
