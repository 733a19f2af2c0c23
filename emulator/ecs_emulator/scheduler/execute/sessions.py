"""Sessions of ECS Exec: each begun by ExecuteCommand, and open to whoever has its token, once and soon.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Session.html
"""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from ecs_emulator.cloud.guard import Guard
from ecs_emulator.scheduler.execute.channel import DataChannel
from ecs_emulator.scheduler.execute.messages import NoMessage
from ecs_emulator.scheduler.execute.websocket import NoWebSocket, WebSocket, accepted, welcome
from ecs_emulator.worker import Worker

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import SessionTypeDef

LASTS = 300.0  # seconds that nobody has to open a session for
_FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_PATH = "/v1/data-channel/"


class Runs(Protocol):
    """A container's process."""

    def on_terminal(self, words: list[str], terminal: int) -> subprocess.Popen[bytes]:
        """Start a command beside it, on a terminal by its file descriptor. Raises OSError."""
        ...


class Inhabited(Protocol):
    """A container; `process` is None before it has begun."""

    @property
    def process(self) -> Runs | None: ...

    def has_ended(self) -> bool: ...


@dataclass(frozen=True)
class _Begun:
    token: str
    container: Inhabited
    words: list[str]
    until: float


class Sessions:
    """Server of data channels on a port of 127.0.0.1, with a thread for each session."""

    def __init__(self) -> None:
        self._guard = Guard("the data channel of ECS Exec")
        self._lock = threading.Lock()
        self._begun: dict[str, _Begun] = {}
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._port = self._listening.getsockname()[1]
        self._is_closed = False
        self.worker = Worker("The data channels of ECS Exec", self._serve)
        self.worker.start()

    def begin(self, container: Inhabited, words: list[str]) -> SessionTypeDef:
        """A session for a command in a container that runs."""
        session_id = f"ecs-execute-command-{secrets.token_hex(13)[:25]}"
        begun = _Begun(secrets.token_urlsafe(96), container, words, time.monotonic() + LASTS)
        with self._lock:
            now = time.monotonic()
            self._begun = {name: each for name, each in self._begun.items() if each.until > now} | {session_id: begun}
        url = f"ws://127.0.0.1:{self._port}{_PATH}{session_id}?role=publish_subscribe"
        return {"sessionId": session_id, "streamUrl": url, "tokenValue": begun.token}

    def close(self) -> None:
        self._is_closed = True
        with contextlib.suppress(OSError):
            # Whoever waits in `accept` does not hear of a close.
            socket.create_connection(("127.0.0.1", self._port), 1).close()
        self.worker.join(5)
        self._listening.close()

    def _serve(self) -> None:
        while not self._is_closed:
            connected, _ = self._listening.accept()
            threading.Thread(target=self._open, args=(connected,), name="ECS Exec", daemon=True).start()

    def _open(self, connected: socket.socket) -> None:
        with contextlib.closing(connected), contextlib.suppress(OSError, NoMessage, ValueError):
            try:
                channel, path, headers = accepted(connected)
            except (NoWebSocket, ValueError):
                connected.sendall(_FORBIDDEN)
                return
            as_cgi = {name.upper().replace("-", "_"): value for name, value in headers.items()}
            if self._guard.refusal("GET", as_cgi):
                connected.sendall(_FORBIDDEN)
                return
            welcome(connected, headers.get("sec-websocket-key", ""))
            session_id = urlsplit(path).path.removeprefix(_PATH)
            begun = self._taken(session_id, channel)
            process = begun.container.process
            if process is None or begun.container.has_ended():
                return
            data_channel = DataChannel(channel, session_id, lambda: not begun.container.has_ended())
            data_channel.run(begun.words, process.on_terminal)
            channel.close()

    def _taken(self, session_id: str, channel: WebSocket) -> _Begun:
        """The session that a client opens with its first message. Raises NoWebSocket."""
        said = json.loads(channel.receive() or b"{}")
        with self._lock:
            begun = self._begun.get(session_id)
            token = str(said.get("TokenValue", "")) if isinstance(said, dict) else ""
            if begun is None or begun.until < time.monotonic() or not hmac.compare_digest(begun.token, token):
                raise NoWebSocket("There is no such session.")
            return self._begun.pop(session_id)
