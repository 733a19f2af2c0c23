"""History of likes, profile reads and adoptions: what each answer says of a mysfit, and whether nothing was changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ecs_emulator.load.history import Digest, Exchange, HistoryWriter, read
from ops import visitors

LIKE, READ, ADOPT = "POST like", "GET profile", "POST adopt"
ACTIONS = {visitors.LIKE: LIKE, visitors.PROFILE: READ, visitors.ADOPT: ADOPT}
# How the detail of a problem ends that had no effect; see dynamodb.py and concurrency_limiter.py of app/kit/.
NOTHING_CHANGED = "Nothing was changed."
# Of statuses from 400 on, those after which an operation may have taken effect: no word of the service about it.
_SERVER_ERROR = 500


class Record(NamedTuple):
    """`likes` and `adopted` are None where the answer does not say; `is_void` is its word that nothing was changed."""

    mysfit: str
    action: str
    begin: int
    end: int
    status: int
    likes: int | None = None
    adopted: bool | None = None
    is_void: bool = False


def add(writer: HistoryWriter, mysfit: str, action: str, begin: int, status: int, body: bytes) -> None:
    """An operation that ends now."""
    route = next(route for route, name in ACTIONS.items() if name == action)
    writer.add(mysfit, route, begin, status, body, visitors.MEMBERS)


def record(exchange: Exchange) -> Record:
    """An answer read."""
    mysfit, route, begin, end, status, members = exchange
    is_void = str(members.get("detail", "")).endswith(NOTHING_CHANGED) or 400 <= status < _SERVER_ERROR
    likes, adopted = members.get("likes"), members.get("adopted")
    return Record(mysfit, ACTIONS[route], begin, end, status, likes, adopted, is_void and status != 200)


def records(path: Path) -> Iterator[Record | Digest]:
    """Each operation, and each list with how often which of its bodies (by checksum) was answered."""
    for each in read(path):
        yield each if isinstance(each, Digest) else record(each)
