"""History of a load: exchanges with their begin, their end and parts of their answers, as JSON lines.

Times are nanoseconds of CLOCK_MONOTONIC, which on Linux is one clock for all processes (clock_gettime(2)). A line is
`[id, route, begin, end, status, members]`: status 0 is no answer, `members` are those of the JSON object that was
answered. Of digested routes it is kept how many different bodies there were: `[route, {checksum: count}]`.
"""

from __future__ import annotations

import json
import threading
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Exchange(NamedTuple):
    """A request and its answer; status 0 is none."""

    id: str
    route: str
    begin: int
    end: int
    status: int
    members: Mapping[str, Any]


class Digest(NamedTuple):
    """Digest of a route: how often which bodies, by checksum, were answered on a route."""

    route: str
    bodies: Mapping[str, int]


class HistoryWriter:
    """Appends to the file at `path`; threads may share one. What is recorded is there when it is closed."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1 << 16)
        self._digests: dict[str, dict[int, int]] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        with self._lock, self._file:
            for route, bodies in self._digests.items():
                self._file.write(json.dumps([route, bodies]) + "\n")

    def add(self, each: str, route: str, begin: int, status: int, body: bytes, members: Sequence[str]) -> None:
        """An exchange about one id that ends now, with these members of its body."""
        line = json.dumps(Exchange(each, route, begin, time.monotonic_ns(), status, members_of(body, members)))
        with self._lock:
            self._file.write(line + "\n")

    def add_digest(self, route: str, body: bytes, but: Sequence[str] = ()) -> None:
        """A body that was answered, but for these members of its JSON objects."""
        checksum = zlib.crc32(_without(body, but) if but else body)
        with self._lock:
            bodies = self._digests.setdefault(route, {})
            bodies[checksum] = bodies.get(checksum, 0) + 1


def _without(body: bytes, names: Sequence[str]) -> bytes:
    def left(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {name: value for name, value in pairs if name not in names}

    try:
        return json.dumps(json.loads(body, object_pairs_hook=left)).encode()
    except ValueError:
        return body


def members_of(body: bytes, names: Sequence[str]) -> dict[str, Any]:
    """Those of the names that a JSON object has; none where the body is no such thing."""
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return {name: answer[name] for name in names if name in answer} if isinstance(answer, dict) else {}


def read(path: Path) -> Iterator[Exchange | Digest]:
    """Everything that a history holds, in the order in which it was written."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            values = json.loads(line)
            yield Exchange(*values) if len(values) > 2 else Digest(*values)
