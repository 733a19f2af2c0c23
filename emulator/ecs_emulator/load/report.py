"""Report of a load, as figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from ecs_emulator.load.slices import RequestKind, Slice, failed, merged, percentile


class Latency(NamedTuple):
    """Milliseconds."""

    p50: float
    p95: float
    p99: float
    slowest: float


class Share(NamedTuple):
    """A part of the requests."""

    requests: int
    failed: int


@dataclass(frozen=True)
class LoadReport:
    """The requests of a load; `slices` in order of time."""

    url: str
    clients: int
    slices: Sequence[Slice]

    @cached_property
    def _whole(self) -> Slice:
        return merged(self.slices)

    @property
    def start(self) -> float:
        """Seconds since the epoch."""
        return self._whole.start

    @property
    def seconds(self) -> float:
        return self._whole.seconds

    @property
    def requests(self) -> int:
        return self._whole.requests.total()

    @property
    def failed(self) -> int:
        return self.failures.total()

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0

    @property
    def failures(self) -> Counter[str]:
        """Failures by kind: a status, or what became of the connection."""
        kinds: Counter[str] = Counter()
        for (_, kind), count in self.failures_by_route().items():
            kinds[kind] += count
        return kinds

    def failures_by_route(self) -> Counter[tuple[str, str]]:
        """Failures by route and kind."""
        found: Counter[tuple[str, str]] = Counter()
        for kind, count in self._whole.requests.items():
            if failed(kind.outcome):
                word = f"status {kind.outcome}" if kind.outcome.isdigit() else kind.outcome
                found[kind.route, word] += count
        return found

    @property
    def acknowledged(self) -> Counter[str]:
        """Requests on counted routes with a good answer, by id."""
        return self._whole.acknowledged

    @property
    def in_doubt(self) -> Counter[str]:
        """Requests on counted routes without one, which may have had their effect or not, by id."""
        return self._whole.in_doubt

    @property
    def latency(self) -> Latency:
        counts = sum(self._whole.latencies.values(), Counter[int]())
        p50, p95, p99 = (percentile(counts, share) for share in (0.5, 0.95, 0.99))
        return Latency(p50, p95, p99, self._whole.slowest)

    def by_route(self) -> dict[str, Share]:
        return self._by(lambda kind: kind.route)

    def by_revision(self) -> dict[str, Share]:
        """By the revision that answered; what nobody answered, or somebody who did not say, is under the empty name."""
        return self._by(lambda kind: kind.revision)

    def revisions_of(self, route: str) -> Counter[str]:
        """Good answers by revision on a route."""
        counts: Counter[str] = Counter()
        for kind, count in self._whole.requests.items():
            if kind.route == route and not failed(kind.outcome):
                counts[kind.revision] += count
        return counts

    def latency_of(self, route: str) -> tuple[float, float]:
        """p50 and p99 in milliseconds."""
        counts = self._whole.latencies.get(route, Counter[int]())
        return percentile(counts, 0.5), percentile(counts, 0.99)

    def between(self, start: float, end: float) -> LoadReport:
        """The part that ended in this time (seconds since the epoch), in whole slices."""
        return LoadReport(
            self.url, self.clients, [each for each in self.slices if start <= each.start and each.end <= end]
        )

    def last_failure(self) -> float | None:
        """End of the slice that has the last failure; None without one."""
        return max(
            (each.end for each in self.slices if any(failed(kind.outcome) for kind in each.requests)), default=None
        )

    def _by(self, name: Callable[[RequestKind], str]) -> dict[str, Share]:
        requests: Counter[str] = Counter()
        failures: Counter[str] = Counter()
        for kind, count in self._whole.requests.items():
            requests[name(kind)] += count
            failures[name(kind)] += count if failed(kind.outcome) else 0
        return {each: Share(requests[each], failures[each]) for each in sorted(requests)}

    def document(self) -> dict[str, Any]:
        """For programs: everything above, and the timeline. Times in seconds, latencies in milliseconds."""
        routes = {}
        for route, share in self.by_route().items():
            p50, p99 = self.latency_of(route)
            routes[route] = {**share._asdict(), "p50": round(p50, 2), "p99": round(p99, 2)}
        return {
            "url": self.url,
            "clients": self.clients,
            "start": self.start if self.slices else None,
            "seconds": round(self.seconds, 3),
            "requests": self.requests,
            "failed": self.failed,
            "per_second": round(self.per_second, 1),
            "failures": dict(self.failures),
            "latency": {name: round(value, 2) for name, value in self.latency._asdict().items()},
            "routes": routes,
            "revisions": {name: share._asdict() for name, share in self.by_revision().items()},
            "acknowledged": dict(self.acknowledged),
            "in_doubt": dict(self.in_doubt),
            "timeline": [each.document() for each in self.slices],
        }
