"""What a server counts adds up to what it answered, also when it is told to stop."""

from __future__ import annotations

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from tests.conftest import Rows
from tests.server import Server

_numbers = itertools.count(1)


def lines(server: Server) -> list[dict[str, Any]]:
    return [json.loads(each) for each in server.output().splitlines() if '"_aws"' in each]


def test_a_stop_loses_no_metric(session: boto3.Session, table_name: str, rows: Rows) -> None:
    """Nor do the workers have to stop at the same time, or CloudWatch to collect what they print."""
    group, service = "metrics", f"server-{next(_numbers)}"
    session.client("logs").create_log_group(logGroupName=group)
    liked = rows.add()
    wanted = [("GET", f"/mysfits/{liked}"), ("POST", f"/mysfits/{liked}/like"), ("GET", "/mysfits/nobody")] * 70
    with Server(table_name, LOG_GROUP=group, SERVICE_REVISION=f"{service}:3") as server:
        with ThreadPoolExecutor(8) as visitors:
            answers = list(visitors.map(lambda each: server.request(*each)[0], wanted))
        assert (answers.count(200), answers.count(404)) == (140, 70)
        server.stop()
        told = lines(server)
        likes = server.events("Like processed.")
        events = [*likes, *server.events("Request answered.")]
    assert {(each["Service"], each["revision"]) for each in told} == {(service, f"{service}:3")}
    sums = {name: sum(each.get(name, 0) for each in told) for name in ("Requests", "ClientErrors", "Likes")}
    # The health checks with which the test has waited for the server are not among them.
    assert sums == {"Requests": 210, "ClientErrors": 70, "Likes": len(likes)}
    assert sorted(ms for each in told for ms in each["Latency"]) == sorted(each["duration_ms"] for each in events)

    # What went to CloudWatch Logs by the SDK has become the same metrics there.
    now = datetime.now(UTC)
    for name, total in sums.items():
        found = session.client("cloudwatch").get_metric_statistics(
            Namespace="Mysfits",
            MetricName=name,
            Dimensions=[{"Name": "Service", "Value": service}],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )
        assert sum(point["Sum"] for point in found["Datapoints"]) == total, name


def test_code_that_nobody_has_released_is_a_service_too(table_name: str) -> None:
    with Server(table_name, SERVICE_REVISION="development") as server:
        assert server.request("GET", "/version")[0] == 200
        server.stop()
        assert [(each["Service"], each["Requests"]) for each in lines(server)] == [("development", 1)]
