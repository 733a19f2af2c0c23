"""Batches of DynamoDB by an unmodified client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.tests.cloud.dynamodb.items import key, told

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_a_batch_names_no_item_twice(dynamodb: DynamoDBClient, table: str) -> None:
    put: Any = {"PutRequest": {"Item": key()}}
    delete: Any = {"DeleteRequest": {"Key": key()}}
    for requests in ([put, delete], [put, {"PutRequest": {"Item": {**key(), "x": {"S": "x"}}}}], [delete, delete]):
        with pytest.raises(ClientError) as error:
            dynamodb.batch_write_item(RequestItems={table: requests})
        assert told(error) == ("ValidationException", "Provided list of item keys contains duplicates")
    with pytest.raises(ClientError, match="contains duplicates"):
        dynamodb.batch_get_item(RequestItems={table: {"Keys": [key(), dict(reversed(key().items()))]}})


def test_a_batch_has_a_limit(dynamodb: DynamoDBClient, table: str) -> None:
    puts: Any = [{"PutRequest": {"Item": key(f"{number}")}} for number in range(26)]
    with pytest.raises(ClientError) as error:
        dynamodb.batch_write_item(RequestItems={table: puts})
    assert told(error) == (
        "ValidationException",
        f"1 validation error detected: Value at 'RequestItems.{table}.member' failed to satisfy constraint: "
        "Member must have length less than or equal to 25",
    )
    with pytest.raises(ClientError, match="Too many items requested for the BatchWriteItem call"):
        dynamodb.batch_write_item(RequestItems={table: puts[:20], "other": puts[20:]})
    unchecked = boto3.client("dynamodb", config=Config(parameter_validation=False))
    nothing: Any
    for nothing, where in (({}, "RequestItems"), ({table: {"Keys": []}}, f"RequestItems.{table}.member.Keys")):
        with pytest.raises(ClientError) as error:
            unchecked.batch_get_item(RequestItems=nothing)
        assert told(error)[1] == (
            f"1 validation error detected: Value at '{where}' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1"
        )
    assert dynamodb.scan(TableName=table)["Count"] == 0
    dynamodb.batch_write_item(RequestItems={table: puts[:25]})
    with pytest.raises(ClientError, match="Member must have length less than or equal to 100"):
        dynamodb.batch_get_item(RequestItems={table: {"Keys": [key(f"{number}") for number in range(101)]}})
    found = dynamodb.batch_get_item(RequestItems={table: {"Keys": [key(f"{number}") for number in range(100)]}})
    assert len(found["Responses"][table]) == 25


def test_what_a_batch_has_not_read_is_asked_for_as_before(dynamodb: DynamoDBClient, table: str) -> None:
    for number in range(45):
        dynamodb.put_item(TableName=table, Item={**key(f"{number}"), "x": {"S": "x" * 390_000}})
    asked: Any = {"Keys": [key(f"{number}") for number in range(45)], "ConsistentRead": True}
    asked |= {"ProjectionExpression": "#x", "ExpressionAttributeNames": {"#x": "x"}}
    found = dynamodb.batch_get_item(RequestItems={table: asked})
    left = found["UnprocessedKeys"][table]
    assert len(found["Responses"][table]) + len(left["Keys"]) == 45
    assert {**asked, "Keys": left["Keys"]} == left
