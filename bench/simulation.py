"""Simulation of processes that like one mysfit, at rates no laptop makes, for docs/scale.md (`python -m bench.scale`).

Its constants come from docs/performance/figures.json, so from `make bench` on this machine; DynamoDB's from its
documentation.
"""

from __future__ import annotations

import heapq
import math
import random
from dataclasses import dataclass

from bench.bars import ONE_ROW
from bench.figures import FigureSet
from bench.servers import OURS
from tools.page import table

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
ROW_UNITS = 1_000  # write units that one row takes in a second
UNIT = 1_024  # bytes
# The largest row of the seeds without writers, and a writer's attribute in it (docs/decisions/0001, 0004).
ROW = 530
WRITER = 20
LATENCY = 0.004  # seconds of a write
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.1  # app/likes/store.py


@dataclass(frozen=True)
class BatchingResult:
    """Result of a simulated second, on average."""

    processes: int
    units_per_write: int
    writes: float  # that a row took, in a second
    throttled: float  # tries that it refused, in a second
    batch: float  # likes in a write
    wait: float  # seconds that a like waits on average, the write included
    crowd: int  # the most that waited in one process


def simulate(likes: float, per_process: float, shards: int = 1, seconds: float = 5.0, seed: int = 1) -> BatchingResult:
    """`likes` a second on one mysfit, from as many processes as serve `per_process` each, over `shards` rows."""
    spread = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    processes = math.ceil(likes / per_process)
    rate = likes / processes
    writers = math.ceil(processes / shards)
    units = math.ceil((ROW + WRITER * writers) / UNIT)
    # Tokens of each row: what is left of this tenth of a second.
    rows = [_Row(units) for _ in range(shards)]
    begun = [spread.random() * LATENCY for _ in range(processes)]  # since when a process gathers its next batch
    pauses = [FIRST_PAUSE] * processes
    events = [(begun[process] + 1 / rate, process) for process in range(processes)]
    heapq.heapify(events)
    writes = throttled = crowd = 0
    stored = waited = 0.0
    while events and events[0][0] < seconds:
        now, process = heapq.heappop(events)
        if rows[process % shards].takes(now):
            batch = rate * (now - begun[process])
            writes += 1
            stored += batch
            # They arrived evenly since the last write began, and are answered when this one ends.
            waited += batch * ((now - begun[process]) / 2 + LATENCY)
            crowd = max(crowd, math.ceil(batch + rate * LATENCY))
            begun[process], pauses[process] = now, FIRST_PAUSE
            heapq.heappush(events, (now + max(LATENCY, 1 / rate), process))
        else:
            throttled += 1
            heapq.heappush(events, (now + pauses[process] * spread.uniform(0.5, 1.5), process))
            pauses[process] = min(pauses[process] * 2, LONGEST_PAUSE)
    return BatchingResult(
        processes=processes,
        units_per_write=units,
        writes=writes / seconds,
        throttled=throttled / seconds,
        batch=stored / max(writes, 1),
        wait=waited / max(stored, 1),
        crowd=crowd,
    )


class _Row:
    """A row's write capacity, which DynamoDB gives out in slices rather than in whole seconds."""

    def __init__(self, units: int) -> None:
        self._units = units
        self._slice = -1
        self._left = 0.0

    def takes(self, now: float) -> bool:
        current = int(now * 10)
        if current != self._slice:
            self._slice, self._left = current, ROW_UNITS / 10
        if self._left < self._units:
            return False
        self._left -= self._units
        return True


def measured_rate(figures: FigureSet) -> float:
    """Likes a second that one process stored in `make bench`, with a crowd on one row."""
    return figures.of(OURS.name, ONE_ROW).per_second / 2


def one_row(figures: FigureSet) -> str:
    """The sentence and the table of likes on one mysfit, as Markdown."""
    per_process = measured_rate(figures)
    head = [
        "likes/s",
        "rows",
        "processes",
        "units/write",
        "writes/s",
        "throttled/s",
        "likes/write",
        "wait ms",
        "waiting",
    ]
    rows = []
    for likes, shards in ((1e3, 1), (1e4, 1), (3e4, 1), (1e5, 1), (3e5, 1), (1e6, 1), (1e6, 16), (1e6, 64)):
        outcome = simulate(likes, per_process, shards)
        rows.append(
            [
                f"{likes:,.0f}",
                str(shards),
                str(outcome.processes),
                str(outcome.units_per_write),
                f"{outcome.writes:,.0f}",
                f"{outcome.throttled:,.0f}",
                f"{outcome.batch:,.1f}",
                f"{outcome.wait * 1000:,.0f}",
                f"{outcome.crowd:,}",
            ]
        )
    told = f"One process stores {per_process:,.0f} likes a second on the machine of the figures."
    return f"{told}\n\n{table(head, rows)}"
