"""The dashboard shows what is written, and everything that the services write is on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from app import METRICS
from app.kit.metrics import DIMENSION, NAMESPACE, UNITS
from tests.cfn.platforms import Platform

# AWS's own, with the dimensions that they have: "CloudWatch metrics for your Application Load Balancer", "Amazon ECS
# service utilization metrics", "DynamoDB Metrics and dimensions".
_OF_AWS = {
    ("AWS/ApplicationELB", "RequestCount", ("LoadBalancer",)),
    ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", ("LoadBalancer",)),
    ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", ("LoadBalancer",)),
    ("AWS/ApplicationELB", "HealthyHostCount", ("LoadBalancer", "TargetGroup")),
    ("AWS/ApplicationELB", "UnHealthyHostCount", ("LoadBalancer", "TargetGroup")),
    ("AWS/ECS", "CPUUtilization", ("ClusterName", "ServiceName")),
    ("AWS/ECS", "MemoryUtilization", ("ClusterName", "ServiceName")),
    ("AWS/DynamoDB", "ReadThrottleEvents", ("TableName",)),
    ("AWS/DynamoDB", "WriteThrottleEvents", ("TableName",)),
}
_SEARCH = re.compile(r"SEARCH\('\{([^,}]+),([^}]+)\} (?:\w+=\"[^\"]+\" )*MetricName=\"(\w+)\"', '(\w+)', 60\)")


def widgets(platform: Platform) -> list[dict[str, Any]]:
    (dashboard,) = platform.of_type("AWS::CloudWatch::Dashboard").values()
    found: list[dict[str, Any]] = json.loads(dashboard["DashboardBody"])["widgets"]
    return found


def shown(platform: Platform) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Namespace, name, dimensions and statistic of every metric."""
    for widget in widgets(platform):
        for first, *rest in widget["properties"].get("metrics", []):
            if isinstance(first, dict):
                match = _SEARCH.fullmatch(first["expression"])
                assert match, first["expression"]
                namespace, dimensions, name, statistic = match.groups()
                yield namespace, name, tuple(dimensions.split(",")), statistic
            else:
                name, *dimensions = [each for each in rest if isinstance(each, str)]
                assert all(dimensions[1::2]), widget
                yield first, name, tuple(dimensions[::2]), widget["properties"]["stat"]


def test_every_metric_on_the_dashboard_is_one_that_somebody_writes(platform: Platform) -> None:
    ours = {(NAMESPACE, name, (DIMENSION,)) for name in (*UNITS, *METRICS.values())}
    there = {(namespace, name, dimensions) for namespace, name, dimensions, _ in shown(platform)}
    assert there <= ours | _OF_AWS
    assert ours <= there


def test_latency_is_shown_as_half_and_as_99_of_100_and_counts_as_sums(platform: Platform) -> None:
    ours = [(name, statistic) for namespace, name, _, statistic in shown(platform) if namespace == NAMESPACE]
    assert sorted(statistic for name, statistic in ours if name == "Latency") == ["p50", "p99"]
    assert {statistic for name, statistic in ours if name != "Latency"} == {"Sum"}


def test_what_the_dashboard_names_is_in_the_other_stacks(platform: Platform) -> None:
    exports = {value for stack in platform.stacks.values() for value in stack.outputs.values()}
    named = set()
    for widget in widgets(platform):
        properties = widget["properties"]
        named |= set(re.findall(r"SOURCE '([^']+)'", properties.get("query", "")))
        for first, *rest in properties.get("metrics", []):
            if isinstance(first, dict):
                named |= set(re.findall(r'(?:LoadBalancer|ClusterName)="([^"]+)"', first["expression"]))
            else:
                named |= set([each for each in rest if isinstance(each, str)][2::2])
    assert len(named) == 5
    assert named <= exports


def test_the_widgets_do_not_lie_on_each_other(platform: Platform) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in widgets(platform):
        columns, rows = range(widget["x"], widget["x"] + widget["width"]), range(widget["height"])
        places = {(x, widget["y"] + row) for x in columns for row in rows}
        assert max(columns) < 24
        assert not places & taken
        taken |= places
        assert widget["properties"]["region"] == "us-east-1"
        assert widget["properties"]["title"]
