"""Metric filters, as CloudWatch Logs makes metrics of the events that match them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.logs.models import logs_backends

from ecs_emulator.cloud.field_conditions import number
from ecs_emulator.cloud.filter_patterns import parsed_pattern
from ecs_emulator.cloud.metrics import Datum, Metric, MetricStore


def measure(put_log_events: bytes, region: str, metrics: MetricStore) -> None:
    """Put what the metric filters of a group make of the events of a PutLogEvents into `metrics`."""
    filters = logs_backends[DEFAULT_ACCOUNT_ID][region].filters.metric_filters
    if not filters:
        return
    given = json.loads(put_log_events)
    for each in list(filters):
        if each["logGroupName"] == given["logGroupName"]:
            for datum in _data(each, given["logEvents"]):
                metrics.put(datum)


def _data(metric_filter: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Iterator[Datum]:
    pattern = parsed_pattern(metric_filter["filterPattern"])
    for event in events:
        message = event["message"]
        matches = pattern.matches(message)
        for each in metric_filter["metricTransformations"]:
            text = each["metricValue"]
            if matches:
                value = number((pattern.value(message, text) or "") if text.startswith("$") else text)
            else:
                value = each.get("defaultValue")
            if value is None:
                continue
            dimensions = [(name, pattern.value(message, by)) for name, by in each.get("dimensions", {}).items()]
            # An event that has not all of them is counted without any.
            whole = tuple(sorted((name, found) for name, found in dimensions if found is not None))
            yield Datum(
                Metric(each["metricNamespace"], each["metricName"], whole if len(whole) == len(dimensions) else ()),
                event["timestamp"] / 1000,
                [float(value)],
                each.get("unit", "None"),
            )
