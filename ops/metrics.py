"""Metrics that the services have in CloudWatch: requests, errors, latency and likes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

# As app/kit/metrics.py writes them.
NAMESPACE = "Mysfits"
DIMENSION = "Service"
# Field of Measured, metric, statistic.
SUMS = (
    ("requests", "Requests", "Sum"),
    ("client_errors", "ClientErrors", "Sum"),
    ("server_errors", "ServerErrors", "Sum"),
    ("likes", "Likes", "Sum"),
)
PERCENTILES = (("p50", "Latency", "p50"), ("p99", "Latency", "p99"))

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
_QUERIES = 500
# Seconds: CloudWatch keeps minutes for 15 days, and hours for 455.
_MINUTE, _HOUR = 60, 3600
_MINUTES_KEPT = 15 * 86_400


@dataclass(frozen=True)
class Measured:
    """One service in a span of `seconds`. Latency in milliseconds; None where nobody was answered."""

    service: str
    seconds: float
    requests: int = 0
    client_errors: int = 0
    server_errors: int = 0
    likes: int = 0
    p50: float | None = None
    p99: float | None = None

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def document(self) -> dict[str, Any]:
        return {**asdict(self), "per_second": round(self.per_second, 3)}


def read(cloudwatch: Any, since: int, now: datetime) -> list[Measured]:
    """Every service that has been measured within two weeks, by name, in the last `since` seconds and to whole minutes.

    Where CloudWatch answers in several periods, a percentile is that of the worst of them.
    """
    unit = _MINUTE if since <= _MINUTES_KEPT else _HOUR
    start = (now.timestamp() - since) // unit * unit
    period = math.ceil((now.timestamp() - start) / unit) * unit
    span = {"StartTime": datetime.fromtimestamp(start, UTC), "EndTime": datetime.fromtimestamp(start + period, UTC)}
    services = _services(cloudwatch)
    queries = [
        _query(number, service, period, *each) for number, service in enumerate(services) for each in _statistics()
    ]
    values: dict[str, list[float]] = {}
    for first in range(0, len(queries), _QUERIES):
        pages = cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries[first : first + _QUERIES], **span
        )
        for result in (result for page in pages for result in page["MetricDataResults"]):
            values.setdefault(result["Id"], []).extend(result["Values"])
    seconds = now.timestamp() - start
    return [_measured(service, seconds, number, values) for number, service in enumerate(services)]


def _services(cloudwatch: Any) -> Sequence[str]:
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace=NAMESPACE, MetricName="Requests")
    return sorted(
        {
            dimension["Value"]
            for page in pages
            for metric in page["Metrics"]
            for dimension in metric["Dimensions"]
            if dimension["Name"] == DIMENSION
        }
    )


def _statistics() -> Iterator[tuple[str, str, str]]:
    yield from SUMS
    yield from PERCENTILES


def _query(number: int, service: str, period: int, field: str, name: str, stat: str) -> dict[str, Any]:
    dimensions = [{"Name": DIMENSION, "Value": service}]
    metric = {"Namespace": NAMESPACE, "MetricName": name, "Dimensions": dimensions}
    return {"Id": f"{field}_{number}", "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


def _measured(service: str, seconds: float, number: int, values: dict[str, list[float]]) -> Measured:
    sums = {field: round(sum(values.get(f"{field}_{number}", []))) for field, _, _ in SUMS}
    worst = {field: max(values.get(f"{field}_{number}", []), default=None) for field, _, _ in PERCENTILES}
    return Measured(service, seconds, **sums, **worst)  # type: ignore[arg-type]
