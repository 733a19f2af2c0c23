"""WebSocket connections of either side, as far as a data channel needs them.

https://www.rfc-editor.org/rfc/rfc6455
"""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import struct
import threading
from urllib.parse import urlsplit

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # of section 1.3
_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_LONGEST = 1 << 20  # bytes of a message, and of a handshake
PATIENCE = 10.0  # seconds for a handshake
FAREWELL = 2.0  # seconds for the other side to hang up as well


class NoWebSocket(OSError):
    """The other side speaks something else, or more than it may."""


class WebSocket:
    """A connection; the side that `masks` is the client. `receive` is for one thread, `send` for any."""

    def __init__(self, connected: socket.socket, masks: bool, begun: bytes = b"") -> None:
        self._socket = connected
        self._masks = masks
        self._rest = begun
        self._sending = threading.Lock()

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def has_more(self) -> bool:
        """True when bytes are here that the file descriptor says nothing of."""
        return bool(self._rest)

    def send(self, message: bytes | str) -> None:
        """Raises OSError."""
        self._frame(
            _TEXT if isinstance(message, str) else _BINARY, message.encode() if isinstance(message, str) else message
        )

    def receive(self) -> bytes | None:
        """The next message, None at the end. Raises OSError."""
        message = b""
        while True:
            first, length = self._taken(2)
            opcode, is_last, is_masked = first & 15, first & 128, length & 128
            length &= 127
            if length > 125:
                size = 2 if length == 126 else 8
                length = int.from_bytes(self._taken(size))
            if length + len(message) > _LONGEST:
                raise NoWebSocket("A message is too long.")
            mask = self._taken(4) if is_masked else b""
            data = _masked(self._taken(length), mask) if mask else self._taken(length)
            if opcode == _CLOSE:
                return None
            if opcode == _PING:
                self._frame(_PONG, data)
            elif opcode in (_CONTINUATION, _TEXT, _BINARY):
                message += data
                if is_last:
                    return message

    def close(self) -> None:
        """Say the end, and wait for the other side to have read all: what nobody reads any more would end it sooner."""
        try:
            self._frame(_CLOSE, struct.pack(">H", 1000))
            self._socket.shutdown(socket.SHUT_WR)
            self._socket.settimeout(FAREWELL)
            while self._socket.recv(65_536):
                pass
        except OSError:
            pass  # the other side has gone already, or takes its time
        finally:
            self._socket.close()

    def _frame(self, opcode: int, data: bytes) -> None:
        flag = 128 if self._masks else 0
        if len(data) < 126:
            head = struct.pack(">BB", 128 | opcode, flag | len(data))
        elif len(data) < 1 << 16:
            head = struct.pack(">BBH", 128 | opcode, flag | 126, len(data))
        else:
            head = struct.pack(">BBQ", 128 | opcode, flag | 127, len(data))
        mask = os.urandom(4) if self._masks else b""
        with self._sending:
            self._socket.sendall(head + mask + (_masked(data, mask) if mask else data))

    def _taken(self, count: int) -> bytes:
        while len(self._rest) < count:
            more = self._socket.recv(65_536)
            if not more:
                raise NoWebSocket("The other side has hung up.")
            self._rest += more
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken


def accepted(connected: socket.socket) -> tuple[WebSocket, str, dict[str, str]]:
    """The connection of a client that has just connected, its path, and its headers by name in small letters.

    Raises OSError. Nothing is answered yet: `welcome` does.
    """
    connected.settimeout(PATIENCE)
    (request, *lines), begun = _head(connected)
    words = request.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if len(words) != 3 or words[0] != "GET" or headers.get("upgrade", "").lower() != "websocket":
        raise NoWebSocket("This is no WebSocket.")
    return WebSocket(connected, masks=False, begun=begun), words[1], headers


def welcome(connected: socket.socket, key: str) -> None:
    """Answer a client's handshake. Raises OSError."""
    connected.sendall(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {_accepting(key)}\r\n\r\n".encode()
    )
    connected.settimeout(None)


def connect(url: str) -> WebSocket:
    """A connection to a `ws:` address. Raises OSError."""
    where = urlsplit(url)
    connected = socket.create_connection((where.hostname or "", where.port or 80), PATIENCE)
    key = base64.b64encode(os.urandom(16)).decode()
    try:
        connected.sendall(
            f"GET {where.path}?{where.query} HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        (status, *lines), begun = _head(connected)
        if not status.startswith("HTTP/1.1 101 ") or not any(line.endswith(f" {_accepting(key)}") for line in lines):
            raise NoWebSocket(f"The data channel was refused: {status}")
    except OSError:
        connected.close()
        raise
    connected.settimeout(None)
    return WebSocket(connected, masks=True, begun=begun)


def _head(connected: socket.socket) -> tuple[list[str], bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connected.recv(65_536)
        if not more or len(data) > _LONGEST:
            raise NoWebSocket("There was no handshake.")
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), rest


def _accepting(key: str) -> str:
    return base64.b64encode(hashlib.sha1(f"{key}{_GUID}".encode(), usedforsecurity=False).digest()).decode()


def _masked(data: bytes, mask: bytes) -> bytes:
    whole = mask * (len(data) // 4 + 1)
    return (int.from_bytes(data) ^ int.from_bytes(whole[: len(data)])).to_bytes(len(data))
