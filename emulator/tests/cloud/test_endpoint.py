"""The local cloud counts as DynamoDB counts, and what is emulated in it answers while it does."""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from ecs_emulator.cloud.endpoint import Cloud, OperationHandlers
from ecs_emulator.cloud.moto_backend import MOTO_LOCK
from emulator.tests.cloud.wire import ask, client, signed, signed_for, strict_cloud
from emulator.tests.support.waiting import PATIENCE

THREADS = 16
EACH = 50
# A request of a client costs more than its answer; this one is made once.
HEADERS = {
    "X-Amz-Target": "DynamoDB_20120810.UpdateItem",
    "Content-Type": "application/x-amz-json-1.0",
}


@contextmanager
def often_interrupted() -> Iterator[None]:
    """Threads take turns so often that some meet within an increment, if two can be there at all."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def test_increments_from_many_threads_are_all_counted(cloud: Cloud, table_name: str) -> None:
    """DynamoDB adds within one write. moto reads, adds and writes back: with two requests at once it loses some.

    No test above it could tell a write that an application lost from one that the stand-in lost.
    """
    increment = json.dumps(
        {
            "TableName": table_name,
            "Key": {"Id": {"S": "a"}},
            "UpdateExpression": "ADD Written :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    )

    headers = signed(cloud.key, "dynamodb", f"{cloud.url}/", increment.encode(), **HEADERS)

    def writes(_thread: int) -> set[int]:
        connection = http.client.HTTPConnection(cloud.url.removeprefix("http://"), timeout=60)
        statuses = set()
        for _ in range(EACH):
            connection.request("POST", "/", increment, headers)
            with connection.getresponse() as answer:
                answer.read()
                statuses.add(answer.status)
        connection.close()
        return statuses

    with ThreadPoolExecutor(THREADS) as threads, often_interrupted():
        assert set().union(*threads.map(writes, range(THREADS))) == {200}
    row = boto3.client("dynamodb").get_item(TableName=table_name, Key={"Id": {"S": "a"}}, ConsistentRead=True)["Item"]
    assert row["Written"] == {"N": str(THREADS * EACH)}


def test_two_clouds_are_beside_each_other_and_one_ends_without_the_other(cloud: Cloud) -> None:
    other = Cloud(port=0)
    assert other.url != cloud.url
    other.close()
    boto3.client("s3", endpoint_url=cloud.url).list_buckets()


def test_what_is_emulated_answers_while_hundreds_wait_for_moto(cloud: Cloud) -> None:
    with strict_cloud() as busy, ThreadPoolExecutor(200) as threads:
        busy.emulate("ecs", OperationHandlers({"ListServices": lambda _given: {"serviceArns": []}}))
        with MOTO_LOCK:
            waiting = [threads.submit(client(busy, "dynamodb").list_tables) for _ in range(4)]
            waiting += [threads.submit(ask, busy, Authorization=signed_for("s3")) for _ in range(196)]
            ecs = client(busy, "ecs")
            for _ in range(10):
                assert ecs.list_services()["serviceArns"] == []
            assert not any(each.done() for each in waiting)
        for each in waiting:
            each.result(PATIENCE)


def test_what_is_emulated_may_ask_the_cloud_itself_many_at_once() -> None:
    with strict_cloud() as cloud, ThreadPoolExecutor(16) as threads:
        elbv2 = client(cloud, "elbv2")

        def describe_stacks(_given: dict[str, Any]) -> dict[str, Any]:
            elbv2.describe_target_groups()
            return {"Stacks": []}

        cloud.emulate("cloudformation", OperationHandlers({"DescribeStacks": describe_stacks}))
        stacks = client(cloud, "cloudformation")
        answers = threads.map(lambda _: stacks.describe_stacks()["Stacks"], range(64))
        assert list(answers) == [[]] * 64


def test_load_balancers_are_answered_one_at_a_time_with_all_else_of_moto() -> None:
    with strict_cloud() as cloud, ThreadPoolExecutor(1) as threads:
        elbv2 = client(cloud, "elbv2")
        with MOTO_LOCK:
            answer = threads.submit(elbv2.describe_account_limits)
            with pytest.raises(TimeoutError):
                answer.result(0.2)
        assert answer.result(PATIENCE)["Limits"]


@pytest.mark.parametrize(
    ("path", "headers", "content_type"),
    [
        ("/", {"Accept": "text/html,*/*;q=0.8"}, "text/plain; charset=utf-8"),
        # What a client of AWS may send, and what a page of another site may make a browser send.
        ("/", {"Accept": "*/*"}, "text/xml"),
        ("/", {"Accept": "text/html", "Authorization": "AWS4-HMAC-SHA256 x"}, "text/xml"),
        ("/bucket", {"Accept": "text/html"}, "text/xml"),
        ("/?Action=ListUsers", {"Accept": "text/html"}, "text/xml"),
        ("/", {"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}, "text/plain; charset=utf-8"),
    ],
)
def test_a_browser_is_told_what_this_is_and_where_the_console_is(
    cloud: Cloud, path: str, headers: dict[str, str], content_type: str
) -> None:
    connection = http.client.HTTPConnection(cloud.url.removeprefix("http://"), timeout=PATIENCE)
    connection.request("GET", path, headers={"Cookie": "reflected", "User-Agent": "reflected", **headers})
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    assert answer.status >= 400
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Set-Cookie"] is None
    is_told = content_type.startswith("text/plain") and "Sec-Fetch-Site" not in headers
    assert ("ecs-emulator console" in said) is is_told
    assert "reflected" not in f"{said}{answer.headers}"
