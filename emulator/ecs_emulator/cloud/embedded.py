"""Embedded metrics, as CloudWatch Logs takes them out of log events.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from typing import Any

from ecs_emulator.cloud.metrics import Datum, Metric, MetricStore

_VALUES = 100
_METRICS = 100
_DIMENSIONS = 30
# Seconds; what is older or further ahead is not taken.
_OLDEST = 14 * 86_400
_NEWEST = 2 * 3_600


def extract(put_log_events: bytes, metrics: MetricStore) -> None:
    """Put what is embedded in the events of a PutLogEvents into `metrics`. What does not fit the format is none."""
    if b"_aws" not in put_log_events:
        return
    for event in json.loads(put_log_events).get("logEvents", []):
        if '"_aws"' in event["message"]:
            for datum in embedded(event["message"], time.time()):
                metrics.put(datum)


def embedded(message: str, now: float) -> list[Datum]:
    """Metrics embedded in an event: all of them, or nothing where a part does not fit. `now` is since the epoch."""
    try:
        root = json.loads(message)
        about = root["_aws"]
        at = _number(about["Timestamp"]) / 1000
        found = [datum for directive in about["CloudWatchMetrics"] for datum in _data(root, directive, at)]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []
    return found if -_OLDEST <= at - now <= _NEWEST else []


def _data(root: dict[str, Any], directive: dict[str, Any], at: float) -> Iterator[Datum]:
    """Raises ValueError, LookupError, TypeError or AttributeError."""
    if len(directive["Metrics"]) > _METRICS:
        raise ValueError("too many metrics")
    for names in directive["Dimensions"]:
        if len(names) > _DIMENSIONS:
            raise ValueError("too many dimensions")
        dimensions = tuple(sorted((_text(name), _text(root[name])) for name in names))
        for each in directive["Metrics"]:
            metric = Metric(_text(directive["Namespace"]), _text(each["Name"]), dimensions)
            resolution = 1 if each.get("StorageResolution") == 1 else 60
            yield Datum(metric, at, _values(root[each["Name"]]), each.get("Unit", "None"), resolution)


def _values(member: Any) -> list[float]:
    values = [_number(value) for value in (member if isinstance(member, list) else [member])]
    if len(values) > _VALUES:
        raise ValueError("too many values")
    return values


def _number(member: Any) -> float:
    if isinstance(member, bool) or not isinstance(member, int | float) or not math.isfinite(member):
        raise ValueError(f"{member!r} is no number")
    return float(member)


def _text(member: Any) -> str:
    if not isinstance(member, str) or not member:
        raise ValueError(f"{member!r} is no text")
    return member
