"""Session of ECS Exec: what is typed here goes to a command in a container, and what that prints comes back.

It speaks as the Session Manager's plugin does: https://github.com/aws/session-manager-plugin
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import struct
import termios
import tty
import uuid
from collections.abc import Callable, Iterator, Mapping

from ecs_emulator.scheduler.execute import messages
from ecs_emulator.scheduler.execute.messages import Message, as_json
from ecs_emulator.scheduler.execute.websocket import WebSocket, connect

CHUNK = 1024  # bytes that are typed, in a message
LOOK = 0.5  # seconds between two looks at the size of the terminal

Print = Callable[[bytes], None]


class Session:
    """Client's side of a session, by a session of ExecuteCommand. `typed` is the file descriptor that is read."""

    def __init__(self, session: Mapping[str, str], show: Print, typed: int = 0) -> None:
        self._socket: WebSocket = connect(session["streamUrl"])
        self._token = session["tokenValue"]
        self._show = show
        self._typed: int | None = typed
        self._sent = 0
        self._size: tuple[int, int] | None = None
        self._is_ready = False

    def run(self) -> str:
        """Carry both ways until the session ends; the reason why, empty where the command has ended. Raises OSError."""
        opening = {"MessageSchemaVersion": "1.0", "RequestId": str(uuid.uuid4()), "TokenValue": self._token}
        with contextlib.closing(self._socket), _raw(self._typed):
            self._socket.send(json.dumps({**opening, "ClientId": str(uuid.uuid4()), "ClientVersion": "1.2.0.0"}))
            while True:
                self._resize()
                waited = [self._socket.fileno()]
                if self._is_ready and self._typed is not None:
                    waited.append(self._typed)
                ready, _, _ = select.select(waited, [], [], LOOK)
                if self._typed in ready:
                    self._type()
                if self._socket.fileno() in ready or self._socket.has_more:
                    why = self._take()
                    if why is not None:
                        return why

    def _take(self) -> str | None:
        """The reason of the end, None before it."""
        data = self._socket.receive()
        if data is None:
            return ""
        message = Message.read(data)
        if message.kind == messages.CLOSED:
            return str(json.loads(message.payload).get("Output", ""))
        if message.kind != messages.OUTPUT:
            return None
        self._tell(message.acknowledgement())
        if message.payload_type == messages.HANDSHAKE_REQUEST:
            asked = json.loads(message.payload)["RequestedClientActions"]
            done = [{"ActionType": each["ActionType"], "ActionStatus": 1, "ActionResult": None} for each in asked]
            response = as_json(ClientVersion="1.2.0.0", ProcessedClientActions=done, Errors=None)
            self._send(messages.HANDSHAKE_RESPONSE, response)
        elif message.payload_type == messages.HANDSHAKE_COMPLETE:
            self._is_ready = True
        elif message.payload_type == messages.DATA:
            self._show(message.payload)
        return None

    def _type(self) -> None:
        assert self._typed is not None  # noqa: S101 (for the type)
        data = os.read(self._typed, CHUNK)
        if not data:
            # What ends a shell whose input is a terminal.
            self._typed, data = None, b"\x04"
        self._send(messages.DATA, data)

    def _resize(self) -> None:
        if not self._is_ready:
            return
        try:
            rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(1, termios.TIOCGWINSZ, b"\0" * 8))
        except OSError:
            rows, columns = 24, 80
        if self._size != (rows, columns):
            self._size = rows, columns
            self._send(messages.SIZE, as_json(cols=columns, rows=rows))

    def _send(self, payload_type: int, payload: bytes) -> None:
        self._tell(Message(messages.INPUT, payload, payload_type, self._sent))
        self._sent += 1

    def _tell(self, message: Message) -> None:
        # The other side may have ended: what it has said before is read first, and that it has.
        with contextlib.suppress(OSError):
            self._socket.send(message.written())


@contextlib.contextmanager
def _raw(typed: int | None) -> Iterator[None]:
    """Each key as it is typed, where there is a terminal: Ctrl-C is the command's."""
    if typed is None or not os.isatty(typed):
        yield
        return
    before = termios.tcgetattr(typed)
    tty.setraw(typed)
    try:
        yield
    finally:
        termios.tcsetattr(typed, termios.TCSADRAIN, before)
