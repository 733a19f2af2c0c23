"""Data channel of one session: a command on a terminal of its own in a container, and what is typed and printed."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import uuid
from collections.abc import Callable

from ecs_emulator.scheduler.execute import messages
from ecs_emulator.scheduler.execute.messages import Message, as_json
from ecs_emulator.scheduler.execute.websocket import WebSocket

CHUNK = 1024  # bytes of output in a message
LOOK = 0.2  # seconds between two looks at the container

# Becomes the command, with the terminal for its own. Of our interpreter it needs nothing that a task cannot read.
_ON_TERMINAL = (
    "import os, sys\n"
    "os.login_tty(int(sys.argv[1]))\n"
    "os.environ.setdefault('TERM', 'xterm-256color')\n"
    "try:\n    os.execvp(sys.argv[2], sys.argv[2:])\n"
    "except OSError as error:\n    sys.exit(f'Unable to start command: {sys.argv[2]}: {error.strerror}')"
)


def on_terminal(words: list[str], terminal: int) -> list[str]:
    """Command line that runs `words` on a terminal by its file descriptor, which it inherits."""
    return [sys.executable, "-I", "-S", "-c", _ON_TERMINAL, str(terminal), *words]


# Starts words on a terminal by its file descriptor. Raises OSError.
OnTerminal = Callable[[list[str], int], "subprocess.Popen[bytes]"]


class DataChannel:
    """Agent's side of a session. `lives` is False once the container has ended."""

    def __init__(self, socket: WebSocket, session_id: str, lives: Callable[[], bool]) -> None:
        self._socket = socket
        self._session_id = session_id
        self._lives = lives
        self._sent = 0
        self._received = 0  # the next sequence number; what was resent has come already

    def run(self, words: list[str], start: OnTerminal) -> None:
        """Shake hands, then run the command until it, the container or the client ends. Raises OSError, NoMessage."""
        action = {
            "ActionType": "SessionType",
            "ActionParameters": {"SessionType": "InteractiveCommands", "Properties": {}},
        }
        began = time.monotonic_ns()
        self._send(messages.HANDSHAKE_REQUEST, as_json(AgentVersion="3.1.0.0", RequestedClientActions=[action]))
        while (message := self._next()) is None or message.payload_type != messages.HANDSHAKE_RESPONSE:
            pass
        took = time.monotonic_ns() - began
        self._send(messages.HANDSHAKE_COMPLETE, as_json(HandshakeTimeToComplete=took, CustomerMessage=""))
        master, terminal = pty.openpty()
        try:
            try:
                child = start(words, terminal)
            finally:
                os.close(terminal)
            self._pump(master, child)
        except OSError as error:
            self._end(f"Unable to start command: {error}")
        else:
            self._end("")
        finally:
            os.close(master)

    def _pump(self, master: int, child: subprocess.Popen[bytes]) -> None:
        try:
            while self._lives():
                ready, _, _ = select.select([master, self._socket.fileno()], [], [], LOOK)
                if master in ready and not self._print(master):
                    return
                # What it has left behind on the terminal is no reason to go on.
                if not ready and child.poll() is not None:
                    return
                if (self._socket.fileno() in ready or self._socket.has_more) and not self._take(master):
                    return
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGHUP)
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def _print(self, master: int) -> bool:
        """False at the end of what is printed."""
        try:
            data = os.read(master, CHUNK)
        except OSError:  # as Linux says the end of a terminal
            return False
        if data:
            self._send(messages.DATA, data)
        return bool(data)

    def _take(self, master: int) -> bool:
        """False when the client has ended the session."""
        message = self._next()
        if message is None:
            return True
        if message.payload_type == messages.SIZE:
            size = json.loads(message.payload)
            fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", size["rows"], size["cols"], 0, 0))
        elif message.payload_type == messages.DATA:
            os.write(master, message.payload)
        return not (message.payload_type == messages.FLAG and message.payload == messages.TERMINATE)

    def _next(self) -> Message | None:
        """The next input, None for anything else. Raises OSError at the end."""
        data = self._socket.receive()
        if data is None:
            raise ConnectionResetError("The client has ended the session.")
        message = Message.read(data)
        if message.kind != messages.INPUT:
            return None
        self._socket.send(message.acknowledgement().written())
        if message.sequence < self._received:
            return None
        self._received = message.sequence + 1
        return message

    def _send(self, payload_type: int, payload: bytes) -> None:
        self._socket.send(Message(messages.OUTPUT, payload, payload_type, self._sent).written())
        self._sent += 1

    def _end(self, why: str) -> None:
        fields = as_json(
            MessageId=str(uuid.uuid4()),
            CreatedDate=str(time.time_ns() // 1_000_000),
            DestinationId=self._session_id,
            SessionId=self._session_id,
            MessageType=messages.CLOSED,
            SchemaVersion=1,
            Output=why,
        )
        with contextlib.suppress(OSError):
            self._socket.send(Message(messages.CLOSED, fields).written())
