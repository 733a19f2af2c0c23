"""The history of a load: every like, profile read and adoption with its begin, its end and its answer, as JSON lines.

Times are nanoseconds of CLOCK_MONOTONIC, which on Linux is one clock for all processes (clock_gettime(2)). A line is
`[mysfit, method and path, begin, end, status, likes, adopted, is_void]`: status 0 is no answer, `likes` and `adopted`
are what the answer says, null where it does not; `is_void` is its word that nothing was changed. Of lists, which show
nothing that visitors change, it is kept how many different ones there were.
"""

from __future__ import annotations

import json
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

LIKE, READ, ADOPT = "POST like", "GET profile", "POST adopt"
# How the detail of a problem ends that had no effect; see app/kit/dynamodb.py, gate.py and app/likes/pace.py.
NOTHING_CHANGED = "Nothing was changed."
# Of statuses from 400 on, those after which an operation may have taken effect: no word of the service about it.
_SERVER_ERROR = 500


class Record(NamedTuple):
    mysfit: str
    action: str
    begin: int
    end: int
    status: int
    likes: int | None = None
    adopted: bool | None = None
    is_void: bool = False


class Recorder:
    """Appends to the file at `path`; threads may share one. What is recorded is there when it is closed."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1 << 16)
        self._lists: dict[str, dict[int, int]] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        with self._lock, self._file:
            for route, bodies in self._lists.items():
                self._file.write(json.dumps([route, bodies]) + "\n")

    def add(self, mysfit: str, action: str, begin: int, status: int, body: bytes) -> None:
        """An operation that ends now; status 0 where there is no answer."""
        line = json.dumps(record(mysfit, action, begin, time.monotonic_ns(), status, body))
        with self._lock:
            self._file.write(line + "\n")

    def add_list(self, route: str, body: bytes) -> None:
        """A list that was answered."""
        with self._lock:
            bodies = self._lists.setdefault(route, {})
            checksum = zlib.crc32(body)
            bodies[checksum] = bodies.get(checksum, 0) + 1


def record(mysfit: str, action: str, begin: int, end: int, status: int, body: bytes) -> Record:
    """An answer read."""
    answer: Any = None
    if status in (200, 429) or status >= _SERVER_ERROR:
        try:
            answer = json.loads(body)
        except ValueError:
            answer = None
    if not isinstance(answer, dict):
        answer = {}
    likes, adopted = answer.get("likes"), answer.get("adopted")
    is_void = str(answer.get("detail", "")).endswith(NOTHING_CHANGED) or 400 <= status < _SERVER_ERROR
    return Record(mysfit, action, begin, end, status, likes, adopted, is_void and status != 200)


def records(path: Path) -> Iterator[Record | tuple[str, dict[str, int]]]:
    """Each operation, and each list with how often which of its bodies (by checksum) was answered."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            values = json.loads(line)
            yield Record(*values) if len(values) > 2 else (values[0], values[1])
