"""Output of a container, as lines, and a file for it where the task definition names no log driver."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

# What is left of CloudWatch's 256 KB for an event, as the `awslogs` driver counts.
LONGEST = 262_144 - 26
FILE_SIZE = 10_000_000


class ContainerOutput(Protocol):
    """Sink of one container's output. Nothing here waits."""

    def write(self, data: bytes) -> None:
        """The next bytes; lines need not be whole."""
        ...

    def is_full(self) -> bool:
        """True when the container is to wait with what it prints next."""
        ...

    def finish(self) -> None:
        """There is no more."""
        ...

    def is_done(self) -> bool:
        """True when all has arrived, after `finish`."""
        ...

    def give_up(self) -> None:
        """End of all waiting: what has not arrived by now never will."""
        ...


class Lines:
    """Cuts bytes into lines of UTF-8 without their ends. Bytes that are none are replaced, empty lines left out, and
    lines longer than LONGEST become several."""

    def __init__(self) -> None:
        self._rest = b""

    def of(self, data: bytes) -> list[bytes]:
        *whole, self._rest = (self._rest + data).split(b"\n")
        while len(self._rest) > LONGEST:
            border = _border(self._rest, LONGEST)
            whole.append(self._rest[:border])
            self._rest = self._rest[border:]
        return [piece for line in whole for piece in _pieces(line)]

    def last(self) -> list[bytes]:
        """Rest after the last end of a line."""
        rest, self._rest = self._rest, b""
        return _pieces(rest)


def _pieces(line: bytes) -> list[bytes]:
    pieces, left = [], line.decode(errors="replace").encode()
    while left:
        border = _border(left, LONGEST)
        pieces.append(left[:border])
        left = left[border:]
    return pieces


def _border(text: bytes, at: int) -> int:
    """The last border of a character that is not behind `at`."""
    if at >= len(text):
        return len(text)
    # A character of UTF-8 has at most three bytes behind its first.
    return next((border for border in range(at, at - 4, -1) if text[border] & 0xC0 != 0x80), at)


class File:
    """The beginning of a container's output in a file; the size is bounded."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")
        self._room = FILE_SIZE

    def write(self, data: bytes) -> None:
        self._file.write(data[: self._room])
        self._file.flush()
        self._room = max(0, self._room - len(data))

    def is_full(self) -> bool:
        return False

    def finish(self) -> None:
        self._file.close()

    def is_done(self) -> bool:
        return True

    def give_up(self) -> None:
        self._file.close()
