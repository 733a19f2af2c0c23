"""Throttling of a table of DynamoDB, which a tag asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ecs_emulator.local import FAULT_TAG
from emulator.tests.cloud.dynamodb.items import key, told

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def throttled(dynamodb: DynamoDBClient, five: str) -> Iterator[str]:
    """The table of five items while it takes no requests."""
    arn = dynamodb.describe_table(TableName=five)["Table"]["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": FAULT_TAG, "Value": "throttled"}])
    yield five
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=[FAULT_TAG])
    assert dynamodb.scan(TableName=five)["Count"] == 5


def test_a_throttled_table_takes_no_requests(dynamodb: DynamoDBClient, throttled: str) -> None:
    for call in (
        lambda: dynamodb.get_item(TableName=throttled, Key=key()),
        lambda: dynamodb.put_item(TableName=throttled, Item=key()),
        lambda: dynamodb.scan(TableName=throttled),
        lambda: dynamodb.batch_get_item(RequestItems={throttled: {"Keys": [key()]}}),
        lambda: dynamodb.execute_statement(Statement=f'SELECT * FROM "{throttled}"'),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert told(error)[0] == "ThrottlingException"
        assert told(error)[1].startswith("Throughput exceeds the current capacity of your table or index.")
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=[{"Delete": {"TableName": throttled, "Key": key()}}])
    assert told(error)[0] == "TransactionCanceledException"
    assert error.value.response["CancellationReasons"][0]["Code"] == "ThrottlingError"
    dynamodb.update_table(
        TableName=throttled,
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    with pytest.raises(ClientError) as error:
        dynamodb.delete_item(TableName=throttled, Key=key())
    assert told(error)[0] == "ProvisionedThroughputExceededException"
    with pytest.raises(ClientError) as error:
        dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": throttled, "Key": key()}}])
    assert error.value.response["CancellationReasons"][0]["Code"] == "ProvisionedThroughputExceeded"


def test_a_batch_tells_what_a_throttled_table_has_not_taken(
    dynamodb: DynamoDBClient, throttled: str, table_name: str
) -> None:
    read: Any = {throttled: {"Keys": [key()]}, table_name: {"Keys": [{"Id": {"S": "a"}}]}}
    assert dynamodb.batch_get_item(RequestItems=read)["UnprocessedKeys"] == {throttled: {"Keys": [key()]}}
    write: Any = {
        throttled: [{"PutRequest": {"Item": key("new")}}],
        table_name: [{"PutRequest": {"Item": {"Id": {"S": "a"}}}}],
    }
    assert list(dynamodb.batch_write_item(RequestItems=write)["UnprocessedItems"]) == [throttled]
    assert dynamodb.get_item(TableName=table_name, Key={"Id": {"S": "a"}})["Item"]


def test_a_client_tries_again_while_a_table_is_throttled(session: boto3.Session, throttled: str) -> None:
    tried = session.client("dynamodb", config=Config(retries={"total_max_attempts": 2, "mode": "standard"}))
    with pytest.raises(ClientError) as error:
        tried.get_item(TableName=throttled, Key=key())
    assert error.value.response["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_table_has_no_other_fault(dynamodb: DynamoDBClient, table: str) -> None:
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    with pytest.raises(ClientError, match="of a table is throttled, or is not there"):
        dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": FAULT_TAG, "Value": "slow"}])
    for value in ("one", "two"):
        dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "tag", "Value": value}])
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "tag", "Value": "two"}]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        dynamodb.tag_resource(ResourceArn=f"{arn}-no", Tags=[{"Key": "tag", "Value": "x"}])
