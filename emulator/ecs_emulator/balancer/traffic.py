"""Traffic as the load balancer sees it: Envoy's own counters, read when somebody asks.

https://www.envoyproxy.io/docs/envoy/latest/operations/admin
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ecs_emulator.scheduler.interfaces import TargetAddress

_STATS = "/stats?histogram_buckets=cumulative&filter=" + (
    r"^cluster\.[^.]+\.upstream_rq_time$|^http\.listener-[0-9]+\.downstream_rq_[2345]xx$"
)
_ANSWERS = re.compile(r"^http\.listener-[0-9]+\.downstream_rq_([2345]xx): ([0-9]+)$", re.MULTILINE)
_LATENCY = re.compile(r"^cluster\.([^.]+)\.upstream_rq_time: (B.*)$", re.MULTILINE)
# Upper bound in milliseconds, and how many were within it: in the last interval, and ever.
_BUCKET = re.compile(r"B([0-9.e+]+)\([0-9]+,([0-9]+)\)")


class TargetRequests(NamedTuple):
    """Requests that a target has had, and those of them that it answered with 5xx or not at all."""

    requests: int
    failed: int


@dataclass(frozen=True)
class Traffic:
    """Counters since Envoy began: of targets, of answers by class (`2xx`), and of each target group's latencies.

    A latency is an upper bound in milliseconds, with the number of requests that were answered within it; groups are
    by Envoy's name for them.
    """

    targets: Mapping[TargetAddress, TargetRequests] = field(default_factory=dict)
    answers: Mapping[str, int] = field(default_factory=dict)
    latencies: Mapping[str, Mapping[float, int]] = field(default_factory=dict)


def traffic(ask: Callable[[str], str]) -> Traffic:
    """Read Envoy's counters; `ask` gives its admin's answer for a path. Raises OSError, HTTPException, ValueError."""
    found = ask(_STATS)
    answers: Counter[str] = Counter()
    for kind, count in _ANSWERS.findall(found):
        answers[kind] += int(count)
    latencies = {
        name: {float(bound): int(count) for bound, count in _BUCKET.findall(buckets)}
        for name, buckets in _LATENCY.findall(found)
    }
    return Traffic(_targets(json.loads(ask("/clusters?format=json"))), answers, latencies)


def _targets(found: Mapping[str, Any]) -> dict[TargetAddress, TargetRequests]:
    counted: dict[TargetAddress, TargetRequests] = {}
    for cluster in found.get("cluster_statuses", []):
        for host in cluster.get("host_statuses", []):
            place = host["address"].get("socket_address")
            if not place:
                continue
            stats = {each["name"]: int(each.get("value", 0)) for each in host.get("stats", [])}
            target = TargetAddress(place["address"], place["port_value"])
            before = counted.get(target, TargetRequests(0, 0))
            counted[target] = TargetRequests(
                before.requests + stats.get("rq_total", 0), before.failed + stats.get("rq_error", 0)
            )
    return counted


def within(share: float, before: Mapping[float, int], after: Mapping[float, int]) -> float | None:
    """Milliseconds within which a share (0 to 1) of what came between two readings was answered; None for nothing."""
    counts = sorted((bound, count - before.get(bound, 0)) for bound, count in after.items())
    total = counts[-1][1] if counts else 0
    if total <= 0:
        return None
    lower, below = 0.0, 0
    for bound, count in counts:
        if count >= share * total:
            # Between two bounds they are taken to be spread evenly.
            return round(lower + (bound - lower) * (share * total - below) / max(1, count - below), 2)
        lower, below = bound, count
    return counts[-1][0]
