"""Slice of time: what happened in it, in a form that adds up."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

# Latencies are counted in steps of 2 %, so a percentile is right to 1 %. The slowest is kept as it was.
_STEP = math.log(1.02)


class RequestKind(NamedTuple):
    """Requests alike: the route as the load names it, a status or a kind of failure, the revision that answered."""

    route: str
    outcome: str
    revision: str


def failed(outcome: str) -> bool:
    """True when it is no answer, or one with a status from 400 on."""
    return not outcome.isdigit() or int(outcome) >= 400


@dataclass
class Slice:
    """The requests that ended from `start` (seconds since the epoch), for `seconds`. Latencies count answers only."""

    start: float
    seconds: float = 0.0
    requests: Counter[RequestKind] = field(default_factory=Counter)
    latencies: dict[str, Counter[int]] = field(default_factory=dict)  # by route
    slowest: float = 0.0  # milliseconds
    acknowledged: Counter[str] = field(default_factory=Counter)  # answers on counted routes, by id
    in_doubt: Counter[str] = field(default_factory=Counter)  # requests on them whose answer was none, or an error

    def add(self, kind: RequestKind, milliseconds: float) -> None:
        self.requests[kind] += 1
        if not kind.outcome.isdigit():
            return
        self.latencies.setdefault(kind.route, Counter())[round(math.log(max(milliseconds, 0.001)) / _STEP)] += 1
        self.slowest = max(self.slowest, milliseconds)

    @property
    def end(self) -> float:
        return self.start + self.seconds

    def document(self) -> dict[str, Any]:
        return {
            "start": self.start,
            "seconds": self.seconds,
            "requests": [[*kind, count] for kind, count in self.requests.items()],
            "latencies": {route: list(counts.items()) for route, counts in self.latencies.items()},
            "slowest": self.slowest,
            "acknowledged": dict(self.acknowledged),
            "in_doubt": dict(self.in_doubt),
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> Slice:
        return cls(
            document["start"],
            document["seconds"],
            Counter({RequestKind(*kind): count for *kind, count in document["requests"]}),
            {route: Counter(dict(counts)) for route, counts in document["latencies"].items()},
            document["slowest"],
            Counter(document["acknowledged"]),
            Counter(document["in_doubt"]),
        )


def merged(slices: Iterable[Slice]) -> Slice:
    """All of them as one, from the start of the first to the end of the last."""
    whole = Slice(math.inf)
    end = -math.inf
    for each in slices:
        whole.start, end = min(whole.start, each.start), max(end, each.end)
        whole.requests.update(each.requests)
        for route, counts in each.latencies.items():
            whole.latencies.setdefault(route, Counter()).update(counts)
        whole.slowest = max(whole.slowest, each.slowest)
        whole.acknowledged.update(each.acknowledged)
        whole.in_doubt.update(each.in_doubt)
    whole.seconds = max(0.0, end - whole.start)
    return whole


def percentile(counts: Counter[int], share: float) -> float:
    """The latency in milliseconds that `share` of the answers did not exceed; 0 when there are none."""
    rank = share * counts.total()
    for step, count in sorted(counts.items()):
        rank -= count
        if rank <= 0:
            return math.exp(step * _STEP)
    return 0.0
