"""How a case is sent, and what becomes of the server and of others meanwhile."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.fuzz.cases import Case
from tests.server import Server

PATIENCE = 30  # seconds in which an answer and its end have to come; on a busy machine too

_STATUS = re.compile(rb"(?:^|[\r\n}>])HTTP/1\.[01] (\d{3}) ")


def send(port: int, case: Case) -> bytes:
    """All that came back. Raises TimeoutError when that took longer than PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if case.ending == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.settimeout(1)
            with contextlib.suppress(OSError):
                connection.sendall(b"".join(case.pieces))
            return b""
        with _perhaps_closed():
            for piece in case.pieces:
                _limit(connection, deadline)
                connection.sendall(piece)
            if case.ending == "half":
                connection.shutdown(socket.SHUT_WR)
        heard = b""
        with _perhaps_closed():
            if case.ending == "answered":
                _limit(connection, deadline)
                heard = connection.recv(65_536)
                connection.shutdown(socket.SHUT_WR)
            while part := _received(connection, deadline):
                heard += part
        return heard


def statuses(heard: bytes) -> list[int]:
    """Of all answers, one after the other."""
    return [int(status) for status in _STATUS.findall(heard)]


def _received(connection: socket.socket, deadline: float) -> bytes:
    _limit(connection, deadline)
    return connection.recv(65_536)


def _limit(connection: socket.socket, deadline: float) -> None:
    """A server that sends a byte now and then must not hold anybody for ever. Raises TimeoutError."""
    if (left := deadline - time.monotonic()) <= 0:
        raise TimeoutError
    connection.settimeout(left)


@contextlib.contextmanager
def _perhaps_closed() -> Iterator[None]:
    """A server that has heard enough closes: then the rest cannot be sent, and its answer may be lost."""
    try:
        yield
    except TimeoutError:
        raise
    except OSError:
        pass


class _Meanwhile:
    """Somebody who acts in a thread of their own as long as the context lasts."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._act)

    def _act(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()


class Visitor(_Meanwhile):
    """Somebody who behaves, beside those who do not. `likes` were answered; `wrong` is what went wrong."""

    def __init__(self, port: int, mysfit_id: str) -> None:
        self.likes = 0
        self.answers = 0
        self.slowest = 0.0
        self.wrong: list[str] = []
        self._asked = [("GET", "/health"), ("POST", f"/mysfits/{mysfit_id}/like"), ("GET", "/mysfits")]
        self._port = port
        super().__init__()

    def _act(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        while not self._stop.is_set():
            for method, path in self._asked:
                begun = time.monotonic()
                try:
                    connection.request(method, path)
                    answer = connection.getresponse()
                    answer.read()
                except (OSError, http.client.HTTPException) as error:
                    self.wrong.append(f"{method} {path}: {error!r}")
                    connection.close()
                    continue
                self.slowest = max(self.slowest, time.monotonic() - begun)
                self.answers += 1
                if answer.status != 200:
                    self.wrong.append(f"{method} {path}: {answer.status}")
                elif method == "POST":
                    self.likes += 1
        connection.close()


class Slow(_Meanwhile):
    """So many connections that send a byte now and then: heads that never end, and bodies that were never asked for."""

    def __init__(self, port: int, count: int) -> None:
        self._port = port
        self._count = count
        super().__init__()

    def _act(self) -> None:
        connections = [self._begun(number) for number in range(self._count)]
        while not self._stop.wait(0.1):
            for number, connection in enumerate(connections):
                try:
                    connection.sendall(b"a")
                except OSError:  # the server has seen enough of this one
                    connection.close()
                    connections[number] = self._begun(number)
        for connection in connections:
            connection.close()

    def _begun(self, number: int) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE)
        head = b"POST /mysfits/nobody/like HTTP/1.1\r\nHost: x\r\n"
        with contextlib.suppress(OSError):
            connection.sendall(head + (b"Content-Length: 100000\r\n\r\n" if number % 2 else b"X-"))
        return connection


def memory(server: Server) -> dict[int, int]:
    """Bytes that each worker holds, by process id."""
    found = {}
    for pid in server.workers():
        (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:")]
        found[pid] = int(line.split()[1]) * 1024
    return found
