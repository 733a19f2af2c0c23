"""The local cloud counts as DynamoDB counts."""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import boto3

from rehearsal.cloud.endpoint import Cloud
from tests.conftest import Rows

THREADS = 16
EACH = 50
# A request of a client costs more than its answer; this one is made once.
HEADERS = {
    "X-Amz-Target": "DynamoDB_20120810.UpdateItem",
    "Content-Type": "application/x-amz-json-1.0",
    "Authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=0",
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


def test_increments_from_many_threads_are_all_counted(cloud: Cloud, table_name: str, rows: Rows) -> None:
    """DynamoDB adds within one write. moto reads, adds and writes back: with two requests at once it loses some.

    No test above it could tell a like that the application lost from one that the stand-in lost.
    """
    mysfit_id = rows.add(Likes=0)
    increment = json.dumps(
        {
            "TableName": table_name,
            "Key": {"MysfitId": {"S": mysfit_id}},
            "UpdateExpression": "ADD Likes :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    )

    def likes(_thread: int) -> set[int]:
        connection = http.client.HTTPConnection(cloud.url.removeprefix("http://"), timeout=60)
        statuses = set()
        for _ in range(EACH):
            connection.request("POST", "/", increment, HEADERS)
            with connection.getresponse() as answer:
                answer.read()
                statuses.add(answer.status)
        connection.close()
        return statuses

    with ThreadPoolExecutor(THREADS) as threads, often_interrupted():
        assert set().union(*threads.map(likes, range(THREADS))) == {200}
    assert rows.get(mysfit_id)["Likes"] == THREADS * EACH


def test_two_clouds_are_beside_each_other_and_one_ends_without_the_other(cloud: Cloud) -> None:
    other = Cloud(port=0)
    assert other.url != cloud.url
    other.close()
    boto3.client("s3", endpoint_url=cloud.url).list_buckets()
