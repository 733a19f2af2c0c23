"""Counters of Envoy from which the load balancers' metrics are made: of target groups and of listeners.

https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_STATS = "/stats?histogram_buckets=cumulative&filter=" + (
    r"^cluster\.[^.]+\.upstream_(rq_(total|time|[2345]xx|rx_reset|pending_failure_eject|timeout)|cx_none_healthy)$"
    r"|^http\.listener-[0-9]+\.downstream_rq_[345]xx$"
)
_COUNT = re.compile(r"^(cluster|http)\.([^.]+)\.(?:up|down)stream_([a-z0-9_]+): ([0-9]+)$", re.MULTILINE)
_LATENCY = re.compile(r"^cluster\.([^.]+)\.upstream_rq_time: (B.*)$", re.MULTILINE)
# Upper bound in milliseconds, and how many were within it ever.
_BUCKET = re.compile(r"B([0-9.e+]+)\([0-9]+,([0-9]+)\)")

Counts = Mapping[str, int]  # by Envoy's name: `rq_total`, `rq_5xx`, …


@dataclass(frozen=True)
class Counters:
    """Counts since Envoy began: of groups and listeners by Envoy's names for them, and of each group's latencies: how
    many requests were answered within an upper bound in milliseconds.
    """

    groups: Mapping[str, Counts] = field(default_factory=dict)
    listeners: Mapping[str, Counts] = field(default_factory=dict)
    latencies: Mapping[str, Mapping[float, int]] = field(default_factory=dict)


def counters(ask: Callable[[str], str]) -> Counters:
    """Read them; `ask` gives the answer of Envoy's admin for a path. Raises OSError or HTTPException."""
    found = ask(_STATS)
    by_kind: dict[str, dict[str, dict[str, int]]] = {"cluster": {}, "http": {}}
    for kind, name, counter, count in _COUNT.findall(found):
        by_kind[kind].setdefault(name, {})[counter] = int(count)
    latencies = {
        name: {float(bound): int(count) for bound, count in _BUCKET.findall(buckets)}
        for name, buckets in _LATENCY.findall(found)
    }
    return Counters(by_kind["cluster"], by_kind["http"], latencies)
