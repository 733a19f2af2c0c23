"""`mysfits metrics` says what the services have written, service by service."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

from app import METRICS
from app.kit import metrics as written
from app.kit.metrics import CompletedRequest, line
from ecs_emulator.commands import options
from ecs_emulator.ops.target import Target
from mysfits.cli import main
from ops import metrics
from ops.metrics import Measured, read

NOW = datetime(2026, 11, 20, 12, 4, 30, tzinfo=UTC)

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def namespace(monkeypatch: pytest.MonkeyPatch) -> str:
    """Metrics of one test alone: all tests of a process share a CloudWatch."""
    name = f"Ops{next(_numbers)}"
    monkeypatch.setattr(metrics, "NAMESPACE", name)
    monkeypatch.setattr(written, "NAMESPACE", name)
    return name


@pytest.fixture
def cloudwatch(session: boto3.Session) -> Any:
    return session.client("cloudwatch")


def put(cloudwatch: Any, service: str, at: datetime, *answered: CompletedRequest) -> None:
    """What CloudWatch makes of a line of the service."""
    told = line(service, answered, METRICS, at.timestamp())
    (directive,) = told["_aws"]["CloudWatchMetrics"]
    for each in directive["Metrics"]:
        value = told[each["Name"]]
        datum = {
            "MetricName": each["Name"],
            "Dimensions": [{"Name": name, "Value": told[name]} for name in directive["Dimensions"][0]],
            "Values": value if isinstance(value, list) else [value],
            "Timestamp": at,
        }
        cloudwatch.put_metric_data(Namespace=directive["Namespace"], MetricData=[datum])


def answered(status: int, milliseconds: float, message: str = "Request answered.") -> CompletedRequest:
    return CompletedRequest(status, milliseconds, message)


def test_the_names_are_those_that_the_services_write() -> None:
    told = line("a", [answered(200, 1.0, message) for message in METRICS], METRICS, 0.0)
    named = {name for _, name, _ in (*metrics.SUMS, *metrics.PERCENTILES)}
    (directive,) = told["_aws"]["CloudWatchMetrics"]
    assert named == {each["Name"] for each in directive["Metrics"]}
    assert directive["Dimensions"] == [[metrics.DIMENSION]]


def test_each_service_has_its_own_sums_and_percentiles(cloudwatch: Any) -> None:
    likes = [answered(200, float(each), "Like processed.") for each in range(1, 100)]
    put(cloudwatch, "likes", NOW - timedelta(minutes=3), *likes)
    put(cloudwatch, "likes", NOW - timedelta(seconds=5), answered(404, 100.0))
    put(cloudwatch, "catalog", NOW - timedelta(minutes=1), answered(503, 7.0))
    # The span begins with a whole minute: 11:59, from 11:59:30.
    assert read(cloudwatch, 300, NOW) == [
        Measured("catalog", 330.0, requests=1, server_errors=1, p50=7.0, p99=7.0),
        Measured("likes", 330.0, requests=100, client_errors=1, likes=99, p50=50.0, p99=99.0),
    ]


@pytest.mark.parametrize(("since", "requests"), [(60, 1), (300, 2), (20 * 86_400, 3)])
def test_what_is_older_is_not_counted(cloudwatch: Any, since: int, requests: int) -> None:
    for ago in (timedelta(seconds=10), timedelta(minutes=4), timedelta(days=16)):
        put(cloudwatch, "likes", NOW - ago, answered(200, 1.0))
    (measured,) = read(cloudwatch, since, NOW)
    assert measured.requests == requests


def test_a_service_that_nobody_asked_lately_has_no_latency(cloudwatch: Any) -> None:
    put(cloudwatch, "likes", NOW - timedelta(hours=3), answered(200, 1.0))
    assert read(cloudwatch, 300, NOW) == [Measured("likes", 330.0)]


@pytest.fixture
def told(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`mysfits metrics` on the local cloud."""
    monkeypatch.setattr(options, "local", lambda *_: Target(session, {}))
    return lambda *arguments: CliRunner().invoke(main, ["metrics", *arguments])


def test_people_and_programs_are_told_the_same(cloudwatch: Any, told: Any) -> None:
    put(cloudwatch, "likes", datetime.now(UTC), answered(200, 12.5, "Like processed."), answered(500, 30.0))
    (row,) = [each.split() for each in told().output.splitlines() if each.startswith("likes")]
    assert row == ["likes", "2", "0.0", "0", "1", "12.5", "30.0", "1"]
    (service,) = json.loads(told("--json").output)["services"]
    assert 300 <= service.pop("seconds") < 360
    assert service == {
        "service": "likes",
        "requests": 2,
        "client_errors": 0,
        "server_errors": 1,
        "likes": 1,
        "p50": 12.5,
        "p99": 30.0,
        "per_second": pytest.approx(2 / 330, abs=0.001),
    }


def test_no_figure_and_no_name_is_cut_at_60_columns(
    cloudwatch: Any, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    put(cloudwatch, "mysfits-service", datetime.now(UTC), *[answered(200, 1234.5, "Like processed.")] * 20)
    output = told().output
    assert "…" not in output
    head, row, rest = (line.split() for line in output.splitlines() if line.strip())
    assert head == ["service", "requests", "/s", "4xx", "5xx", "p50", "ms", "p99", "ms", "likes"]
    assert (row[0] + rest[0], row[1], row[-3:]) == ("mysfits-service", "20", ["1234.5", "1234.5", "20"])


def test_without_metrics_it_says_so(told: Any) -> None:
    ended = told("--json")
    assert (ended.exit_code, json.loads(ended.stdout)["outcome"]) == (3, "not-found")
