"""Workloads: requests in the shares and over the rows that a crowd makes them, the same for every server."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

LIKE, PROFILE, LIST = "POST /mysfits/mysfit-%d/like", "GET /mysfits/mysfit-%d", "GET /mysfits"
_DRAWN = 12_000  # requests that a load goes round in


@dataclass(frozen=True)
class MeasuredWorkload:
    """Requests of which each is drawn from `requests`, with a row drawn from `rows` in place of its `%d`.

    As a crowd behaves (`zipf`), the second row is asked for half as often as the first, the third a third as often.
    """

    name: str
    requests: tuple[str, ...]
    rows: int = 1
    zipf: bool = False
    first: int = 0  # number of the first row

    def write(self, path: Path) -> None:
        """A file for load.lua, the same at every run."""
        drawn = random.Random(1)  # noqa: S311 (repeatable, not secret)
        rows = range(self.first, self.first + self.rows)
        weights = [1 / (rank + 1) if self.zipf else 1 for rank in range(self.rows)]
        lines = (
            request % row if "%d" in request else request
            for request, row in zip(
                drawn.choices(self.requests, k=_DRAWN), drawn.choices(rows, weights, k=_DRAWN), strict=True
            )
        )
        path.write_text("\n".join(lines) + "\n")


def _over_rows(kind: str, request: str) -> list[MeasuredWorkload]:
    return [
        MeasuredWorkload(f"{kind}, 1 row", (request,), 1),
        MeasuredWorkload(f"{kind}, 12 rows", (request,), 12),
        MeasuredWorkload(f"{kind}, 12 rows, Zipf", (request,), 12, zipf=True),
        MeasuredWorkload(f"{kind}, 100 rows", (request,), 100),
        MeasuredWorkload(f"{kind}, 1,000 rows", (request,), 1_000),
    ]


# A visit is the list, three profiles and two likes.
_VISIT = (LIST, PROFILE, PROFILE, PROFILE, LIKE, LIKE)

NOTHING = MeasuredWorkload("nothing", ("GET /nothing",))
SHARED = [
    *_over_rows("likes", LIKE),
    *_over_rows("profiles", PROFILE),
    MeasuredWorkload("list", (LIST,)),
    MeasuredWorkload("visits", _VISIT, 12, zipf=True),
    NOTHING,
]
"""What every server but the bare one is measured with."""
WORKLOADS = {workload.name: workload for workload in SHARED}

DIRECT_WRITES = MeasuredWorkload("direct writes, 1 row", ("POST /measured/mysfit-%d/like-alone",))
QUIET_LIKES = MeasuredWorkload("likes, quiet row", (LIKE,), first=1)
