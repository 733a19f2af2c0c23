"""Listener of a console, as its page listens: the events with the moment at which each came."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from ecs_emulator.console.application import SESSION_HEADER


class Told(NamedTuple):
    """An event; `came` is in seconds since the epoch."""

    came: float
    name: str
    content: Any


class Listener:
    """`told` grows while `listening` lasts."""

    def __init__(self, link: str) -> None:
        url, _, key = link.partition("/#key=")
        self._connection = http.client.HTTPConnection("localhost", int(url.rpartition(":")[2]), timeout=60)
        said = {"Content-Type": "application/json"}
        self._connection.request("POST", "/api/session", json.dumps({"key": key}), said)
        answer = self._connection.getresponse()
        token = json.loads(answer.read())["token"]
        said = {"Cookie": answer.headers["Set-Cookie"].partition(";")[0], SESSION_HEADER: token}
        self._connection.request("GET", "/api/events", headers=said)
        self._answer = self._connection.getresponse()
        self.told: list[Told] = [self._next()]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def state(self) -> dict[str, Any]:
        """All that there was when it began to listen."""
        state: dict[str, Any] = self.told[0].content["set"]
        return state

    def phases(self, task: str) -> list[tuple[float, str]]:
        """Moment and phase of a task, each that was told."""
        sets = [(each.came, each.content["set"].get(f"task/{task}")) for each in self.told]
        return [(came, facts["phase"]) for came, facts in sets if facts]

    def close(self) -> None:
        held: Any = self._answer.fp
        (self._connection.sock or held.raw._sock).shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._answer.close()
        self._connection.close()

    def _next(self) -> Told:
        name = ""
        while True:
            line = self._answer.readline()
            if not line:
                raise EOFError
            if line.startswith(b"event: "):
                name = line.decode().strip().removeprefix("event: ")
            elif line.startswith(b"data: "):
                return Told(time.time(), name, json.loads(line.removeprefix(b"data: ")))

    def _run(self) -> None:
        try:
            while True:
                self.told.append(self._next())
        except (EOFError, OSError, ValueError, AttributeError, http.client.HTTPException):
            return


@contextmanager
def listening(link: str) -> Iterator[Listener]:
    listener = Listener(link)
    try:
        yield listener
    finally:
        listener.close()
