"""Streams of DynamoDB by an unmodified client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ecs_emulator.local import REGION
from emulator.tests.cloud.dynamodb.items import key, records, told

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_the_stream_tells_each_change_once(dynamodb: DynamoDBClient, table: str) -> None:
    add: Any = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    dynamodb.update_item(TableName=table, Key=key(), **add)
    dynamodb.put_item(TableName=table, Item={**key(), "n": {"N": "1"}})  # changes nothing
    update: Any = {"Update": {"TableName": table, "Key": key(), **add}}
    dynamodb.transact_write_items(TransactItems=[update])
    dynamodb.delete_item(TableName=table, Key=key())
    dynamodb.delete_item(TableName=table, Key=key())
    found = records(table)
    assert [each["eventName"] for each in found] == ["INSERT", "MODIFY", "REMOVE"]
    assert found[0]["dynamodb"]["NewImage"] == {**key(), "n": {"N": "1"}}
    assert found[1]["dynamodb"]["OldImage"]["n"] == {"N": "1"}
    assert {each["awsRegion"] for each in found} == {REGION}
    assert all("userIdentity" not in each for each in found)


def test_what_is_no_stream_is_refused(dynamodb: DynamoDBClient, table: str) -> None:
    streams: Any = boto3.client("dynamodbstreams", REGION)
    arn = streams.list_streams(TableName=table)["Streams"][0]["StreamArn"]
    shard = {"ShardId": "shardId-00000001541626099285-none", "ShardIteratorType": "LATEST"}
    for call, parameters, code in (
        (streams.describe_stream, {"StreamArn": f"{arn[:-1]}x"}, "ResourceNotFoundException"),
        (streams.describe_stream, {"StreamArn": arn.replace(table, "nowhere")}, "ResourceNotFoundException"),
        (streams.get_shard_iterator, {"StreamArn": arn, **shard}, "ResourceNotFoundException"),
        (streams.get_records, {"ShardIterator": "x"}, "ValidationException"),
        (streams.list_streams, {"TableName": "nowhere"}, "ResourceNotFoundException"),
        (
            streams.get_shard_iterator,
            {"StreamArn": arn, **shard, "ShardIteratorType": "AFTER_SEQUENCE_NUMBER"},
            "ValidationException",
        ),
        (streams.get_shard_iterator, {"StreamArn": arn, **shard, "ShardIteratorType": "FIRST"}, "ValidationException"),
    ):
        with pytest.raises(ClientError) as error:
            call(**parameters)
        assert told(error)[0] == code
    assert dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"] == arn
