"""Metrics as CloudWatch's clients see them, and as CloudWatch Logs takes them out of events."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ecs_emulator.cloud.embedded import embedded
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.metrics import statistic
from emulator.tests.cloud.wire import FORM, ask, signed_for

# The first second of a minute.
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

_numbers = itertools.count(1)


@pytest.fixture
def namespace() -> str:
    return f"Test{next(_numbers)}"


@pytest.fixture
def cloudwatch(session: boto3.Session) -> Any:
    return session.client("cloudwatch")


def line(namespace: str, at: float, service: str = "a", **values: Any) -> str:
    """An event with metrics of a service, and with something beside them."""
    directive = {
        "Namespace": namespace,
        "Dimensions": [["Service"]],
        "Metrics": [{"Name": name, "Unit": "Count"} for name in values],
    }
    about = {"Timestamp": int(at * 1000), "CloudWatchMetrics": [directive]}
    return json.dumps({"_aws": about, "Service": service, "revision": f"{service}:1", **values})


@pytest.fixture
def told(session: boto3.Session, namespace: str) -> Any:
    """Put events into a log group."""
    logs = session.client("logs")
    logs.create_log_group(logGroupName=namespace)
    logs.create_log_stream(logGroupName=namespace, logStreamName="one")

    def tell(*messages: str) -> None:
        now = int(time.time() * 1000)
        events: Any = [{"timestamp": now, "message": message} for message in messages]
        logs.put_log_events(logGroupName=namespace, logStreamName="one", logEvents=events)

    return tell


def statistics(cloudwatch: Any, namespace: str, name: str, **asked: Any) -> list[Any]:
    now = datetime.now(UTC)
    asked = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(minutes=1), "Period": 7200, **asked}
    return cloudwatch.get_metric_statistics(Namespace=namespace, MetricName=name, **asked)["Datapoints"]  # type: ignore[no-any-return]


def test_what_is_embedded_in_events_is_a_metric(cloudwatch: Any, namespace: str, told: Any) -> None:
    now = time.time()
    told(line(namespace, now, Requests=100, Latency=[1, 2.5, 3]), "prose", line(namespace, now, Requests=7))
    told(line(namespace, now, service="b", Requests=1))
    listed = cloudwatch.list_metrics(Namespace=namespace)["Metrics"]
    assert [(each["MetricName"], each["Dimensions"][0]["Value"]) for each in listed] == [
        ("Latency", "a"),
        ("Requests", "a"),
        ("Requests", "b"),
    ]
    of_a = [{"Name": "Service", "Value": "a"}]
    (requests,) = statistics(cloudwatch, namespace, "Requests", Dimensions=of_a, Statistics=["Sum", "SampleCount"])
    assert (requests["Sum"], requests["SampleCount"], requests["Unit"]) == (107, 2, "Count")
    (latency,) = statistics(cloudwatch, namespace, "Latency", Dimensions=of_a, ExtendedStatistics=["p50", "p99"])
    assert latency["ExtendedStatistics"] == {"p50": 2.5, "p99": 3}
    # Without the dimension it is another metric, of which there is none.
    assert statistics(cloudwatch, namespace, "Requests", Statistics=["Sum"]) == []


NOW = 1_800_000_000.0
GOOD = json.loads(line("N", NOW, Latency=[1.0, 2.0], Requests=2))


def changed(path: str, value: Any) -> str:
    document = json.loads(json.dumps(GOOD))
    *parents, last = path.split("/")
    node = document
    for key in parents:
        node = node[int(key)] if isinstance(node, list) else node[key]
    node[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    "message",
    [
        'no JSON, but "_aws"',
        '"_aws"',
        '["_aws"]',
        changed("_aws", None),
        changed("_aws/Timestamp", "now"),
        changed("_aws/CloudWatchMetrics/0/Namespace", ""),
        changed("_aws/CloudWatchMetrics/0/Dimensions", [["Unnamed"]]),
        changed("_aws/CloudWatchMetrics/0/Dimensions", [[f"d{number}" for number in range(31)]]),
        changed("_aws/CloudWatchMetrics/0/Metrics", [{"Name": "Unnamed"}]),
        changed("_aws/CloudWatchMetrics/0/Metrics", [{"Name": "Requests"}] * 101),
        changed("Service", 7),
        changed("Requests", "2"),
        changed("Requests", True),
        changed("Latency", [1.0] * 101),
        changed("Latency", [1.0, float("nan")]),
        changed("_aws/Timestamp", int((NOW - 15 * 86400) * 1000)),
        changed("_aws/Timestamp", int((NOW + 3 * 3600) * 1000)),
    ],
)
def test_what_is_not_in_the_format_is_no_metric(message: str) -> None:
    assert embedded(json.dumps(GOOD), NOW)
    assert embedded(message, NOW) == []


def put(cloudwatch: Any, namespace: str, at: datetime, values: list[float]) -> None:
    data = [{"MetricName": "Latency", "Values": values, "Unit": "Milliseconds", "Timestamp": at}]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)


def query(namespace: str, stat: str, period: int) -> dict[str, Any]:
    metric = {"Namespace": namespace, "MetricName": "Latency"}
    return {"Id": "x", "MetricStat": {"Metric": metric, "Stat": stat, "Period": period}}


@pytest.mark.parametrize(
    ("stat", "period", "values"),
    [
        ("p99", 60, [990, 3]),
        ("p50", 120, [499]),
        ("Maximum", 300, [1000]),
        ("Average", 60, [500.5, 2]),
        ("SampleCount", 60, [1000, 3]),
    ],
)
def test_values_are_told_by_their_period(
    cloudwatch: Any, namespace: str, stat: str, period: int, values: list[float]
) -> None:
    for first in range(1, 1001, 125):
        # More of them than a client sends without compressing them first.
        put(cloudwatch, namespace, NOON + timedelta(seconds=31), [float(first + each) for each in range(125)])
    put(cloudwatch, namespace, NOON + timedelta(seconds=90), [1, 2, 3])
    put(cloudwatch, namespace, NOON + timedelta(minutes=5), [5000])
    asked = {"StartTime": NOON + timedelta(seconds=40), "EndTime": NOON + timedelta(minutes=5)}
    for order, expected in (("TimestampAscending", values), ("TimestampDescending", values[::-1])):
        (result,) = cloudwatch.get_metric_data(
            MetricDataQueries=[query(namespace, stat, period)], ScanBy=order, **asked
        )["MetricDataResults"]
        assert result["Values"] == expected
        assert min(result["Timestamps"]) == NOON


@pytest.mark.parametrize(("share", "value"), [("p0", 1), ("p50", 50), ("p99", 99), ("p99.9", 100), ("p100", 100)])
def test_a_percentile_is_the_smallest_value_that_so_many_are_not_above(share: str, value: float) -> None:
    assert statistic(share, [float(each) for each in range(100, 0, -1)]) == value


def test_what_would_change_an_answer_and_cannot_be_done_is_refused(cloudwatch: Any, namespace: str) -> None:
    asked: dict[str, Any] = {"StartTime": NOON, "EndTime": NOON + timedelta(minutes=1)}
    statistic_set = {"Maximum": 1, "Minimum": 1, "SampleCount": 1, "Sum": 1}
    calls: tuple[Callable[[], Any], ...] = (
        lambda: cloudwatch.get_metric_data(MetricDataQueries=[{"Id": "x", "Expression": "1 + 1"}], **asked),
        lambda: cloudwatch.get_metric_data(MetricDataQueries=[query(namespace, "tm90", 60)], **asked),
        lambda: cloudwatch.list_metrics(RecentlyActive="PT3H"),
        lambda: cloudwatch.put_metric_data(
            Namespace=namespace, MetricData=[{"MetricName": "M", "StatisticValues": statistic_set}]
        ),
    )
    for call in calls:
        with pytest.raises(ClientError, match="emulated here"):
            call()


def test_what_cloudwatch_refuses_is_refused(cloudwatch: Any, namespace: str) -> None:
    asked: Any = {"StartTime": NOON, "EndTime": NOON + timedelta(days=2)}
    of: Any = {"Namespace": namespace, "MetricName": "M", **asked}
    calls: dict[str, Callable[[], Any]] = {
        "The value AWS/ECS for parameter Namespace is invalid.": lambda: put(cloudwatch, "AWS/ECS", NOON, [1]),
        "parameter Period must be": lambda: cloudwatch.get_metric_statistics(**of, Period=7, Statistics=["Sum"]),
        "parameter Period must": lambda: cloudwatch.get_metric_data(
            MetricDataQueries=[query(namespace, "Sum", 90)], **asked
        ),
        "At least one of the parameters": lambda: cloudwatch.get_metric_statistics(**of, Period=60),
        "up to 2,880 datapoints": lambda: cloudwatch.get_metric_statistics(**of, Period=60, Statistics=["Sum"]),
    }
    for message, call in calls.items():
        with pytest.raises(ClientError, match=message):
            call()


def test_an_older_client_asks_in_a_form(cloud: Cloud, cloudwatch: Any, namespace: str) -> None:
    put(cloudwatch, namespace, NOON, [1])
    form = f"Action=ListMetrics&Version=2010-08-01&Namespace={namespace}".encode()
    answer = ask(cloud, form, Content_Type=FORM, Authorization=signed_for("monitoring"))
    assert b"<MetricName>Latency</MetricName>" in answer.body
