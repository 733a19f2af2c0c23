"""Parameters of DynamoDB from before there were expressions, by an unmodified client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from emulator.tests.cloud.dynamodb.items import key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_ways_of_before_are_not_used_beside_expressions(dynamodb: DynamoDBClient, table: str) -> None:
    with pytest.raises(ClientError, match=r"Non-expression parameters: \{Expected\} Expression parameters"):
        dynamodb.put_item(
            TableName=table,
            Item=key(),
            ConditionExpression="attribute_exists(p)",
            Expected={"p": {"Exists": False}},
        )
