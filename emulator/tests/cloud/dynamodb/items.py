"""Items of the tests of DynamoDB, and what is told of them: errors, and records of a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ecs_emulator.local import REGION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def key(name: str = "a") -> Any:
    return {"p": {"S": "p"}, "s": {"S": name}}


def item_of(dynamodb: DynamoDBClient, table: str, name: str = "a") -> Any:
    return dynamodb.get_item(TableName=table, Key=key(name)).get("Item")


def update_of(table: str, name: str, expression: str, **values: Any) -> Any:
    """Action of a transaction that updates an item; the names of its values are without their colons."""
    given = {"ExpressionAttributeValues": {f":{each}": value for each, value in values.items()}} if values else {}
    return {"Update": {"TableName": table, "Key": key(name), "UpdateExpression": expression, **given}}


def told(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    response = error.value.response["Error"]
    return response["Code"], response["Message"]


def records(table: str) -> list[Any]:
    """Records of a table's stream, from its beginning."""
    streams: Any = boto3.client("dynamodbstreams", REGION)
    arn = streams.list_streams(TableName=table)["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    return list(streams.get_records(ShardIterator=start["ShardIterator"])["Records"])
