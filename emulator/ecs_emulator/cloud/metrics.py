"""Metrics of CloudWatch: every value as it was given, by the minute, for as long as the local cloud runs.

moto keeps an object for each value and knows no percentile.
"""

from __future__ import annotations

import math
import re
import threading
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Dimensions = tuple[tuple[str, str], ...]  # name and value, in order

_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "SampleCount": len,
    "Sum": math.fsum,
    "Average": lambda values: math.fsum(values) / len(values),
    "Minimum": min,
    "Maximum": max,
}
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")


class Metric(NamedTuple):
    """Identity of a metric: the same name with other dimensions is another metric."""

    namespace: str
    name: str
    dimensions: Dimensions


@dataclass(frozen=True)
class Datum:
    """Values of a metric at one time (seconds since the epoch), kept by `resolution` seconds: 1 or 60."""

    metric: Metric
    at: float
    values: Sequence[float]
    unit: str = "None"
    resolution: int = 60


class MetricStore:
    """All values that were put. May be used by several threads."""

    def __init__(self) -> None:
        self.before_reading: Callable[[], None] | None = None  # puts what is to be had of this moment
        self._lock = threading.Lock()
        self._units: dict[Metric, str] = {}
        self._values: dict[Metric, dict[int, array[float]]] = {}

    def put(self, datum: Datum) -> None:
        at = int(datum.at) - int(datum.at) % datum.resolution
        with self._lock:
            self._units[datum.metric] = datum.unit
            self._values.setdefault(datum.metric, {}).setdefault(at, array("d")).extend(datum.values)

    def all(self) -> list[Metric]:
        """The metrics that there are, in order."""
        self._refresh()
        with self._lock:
            return sorted(self._values)

    def _refresh(self) -> None:
        if self.before_reading:
            self.before_reading()

    def unit(self, metric: Metric) -> str:
        with self._lock:
            return self._units.get(metric, "None")

    def periods(self, metric: Metric, start: float, end: float, period: int) -> dict[int, array[float]]:
        """The values by the period that they are in, named by its begin; those without any are left out.

        The first begins with the minute of `start`; `end` is outside.
        https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
        """
        self._refresh()
        first = int(start) - int(start) % min(period, 60)
        found: dict[int, array[float]] = {}
        with self._lock:
            for at, values in sorted(self._values.get(metric, {}).items()):
                if first <= at < end:
                    found.setdefault(at - (at - first) % period, array("d")).extend(values)
        return found


def is_statistic(name: str) -> bool:
    """True when `statistic` knows it: Sum, p99.9 and their like."""
    return name in _STATISTICS or _PERCENTILE.fullmatch(name) is not None


def statistic(name: str, values: Sequence[float]) -> float:
    """A statistic of at least one value. A percentile is the smallest value that so many are not above."""
    if percentile := _PERCENTILE.fullmatch(name):
        rank = math.ceil(float(percentile[1]) / 100 * len(values))
        return sorted(values)[max(rank, 1) - 1]
    return float(_STATISTICS[name](values))
