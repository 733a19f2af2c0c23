"""Statements of PartiQL as the tests execute them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from emulator.tests.cloud.dynamodb.items import told

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def execute(dynamodb: DynamoDBClient, statement: str, *parameters: Any, **others: Any) -> Any:
    given: Any = {"Parameters": list(parameters)} if parameters else {}
    return dynamodb.execute_statement(Statement=statement, **given, **others)


def refusal(dynamodb: DynamoDBClient, statement: str, *parameters: Any, **others: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        execute(dynamodb, statement, *parameters, **others)
    return told(error)
