"""Bars: ratios of one run that say whether the service is fast, beside what people would use instead."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.figures import CROWD, FigureSet
from bench.processor import ProcessorTime
from bench.servers import BARE, EXPRESS, OURS, PEERS
from bench.workloads import DIRECT_WRITES, NOTHING, QUIET_LIKES, SHARED

ONE_ROW, TWELVE = "likes, 1 row", "likes, 12 rows"
GROWTH = 1.05  # that the memory of a worker may show between the first round and the last


def ratio(one: float, other: float) -> float:
    """One ÷ the other; infinite where the other is 0, as on a machine that had no time for a server at all."""
    return one / other if other else math.inf


@dataclass(frozen=True)
class Bar:
    """A figure and what it should be: so much at least, or at most."""

    name: str
    figure: float
    bar: float
    at_least: bool = True

    @property
    def holds(self) -> bool:
        return self.figure >= self.bar if self.at_least else self.figure <= self.bar


def bars(figures: FigureSet, processor: ProcessorTime, memory: Sequence[float]) -> list[Bar]:
    """All of them. `memory` is that of our largest worker after each round, in MiB."""

    def beside_express(workload: str, express: str = "") -> float:
        ours, theirs = figures.of(OURS.name, workload), figures.of(EXPRESS.name, express or workload)
        return ratio(ours.per_second, theirs.per_second)

    alone = [figures.of(OURS.name, workload, 1).p50 for workload in (ONE_ROW, DIRECT_WRITES.name)]
    quiet, crowd = figures.of(OURS.name, QUIET_LIKES.name, 1), figures.of(OURS.name, ONE_ROW, CROWD - 1)
    nothing = [figures.of(server.name, NOTHING.name).per_second for server in (OURS, BARE)]
    return [
        Bar("likes, 1 row ÷ Express", beside_express(ONE_ROW), 2.5),
        Bar("likes, 12 rows ÷ Express", beside_express(TWELVE), 2.0),
        Bar("likes, 100 rows ÷ Express", beside_express("likes, 100 rows"), 0.85),
        Bar("likes, 1,000 rows ÷ Express", beside_express("likes, 1,000 rows"), 0.7),
        Bar("profiles, 12 rows ÷ Express", beside_express("profiles, 12 rows"), 2.0),
        Bar("doing nothing ÷ doing nothing in a bare application", ratio(*nothing), 0.7),
        Bar("lists ÷ doing nothing in Express", beside_express("list", NOTHING.name), 0.5),
        Bar("processor of a like, data store made up ÷ of a bare route", processor.like / processor.bare, 2.0, False),
        Bar("writes per like, 12 rows", figures.of(OURS.name, TWELVE).calls_per_request, 0.12, False),
        Bar("latency of a lone like ÷ of a direct write", ratio(*alone), 1.05, False),
        Bar(
            "p99 of a like on a quiet row ÷ of those of 255 clients on another", ratio(quiet.p99, crowd.p99), 1.2, False
        ),
        Bar("MiB of a worker at the end", memory[-1], 100, False),
        Bar("the same ÷ after the first round", memory[-1] / memory[0], GROWTH, False),
    ]


@dataclass(frozen=True)
class Comparison:
    """Our requests a second ÷ those of the fastest peer."""

    workload: str
    peer: str
    ratio: float


def compared(figures: FigureSet) -> list[Comparison]:
    """Each workload that all have, in their order."""
    found = []
    for workload in SHARED:
        best = max((figures.of(peer.name, workload.name) for peer in PEERS), key=lambda each: each.per_second)
        ours = figures.of(OURS.name, workload.name)
        found.append(Comparison(workload.name, best.server, ratio(ours.per_second, best.per_second)))
    return found
