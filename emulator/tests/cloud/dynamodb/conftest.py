"""Tables of the tests of DynamoDB."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION
from emulator.tests.cloud.dynamodb.items import key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_numbers = itertools.count(1)


@pytest.fixture
def dynamodb(cloud: Cloud) -> DynamoDBClient:
    # Throttling and cancelled transactions are looked at once, and not after five tries.
    return boto3.client("dynamodb", REGION, config=Config(retries={"total_max_attempts": 1}))


@pytest.fixture
def table(dynamodb: DynamoDBClient) -> Iterator[str]:
    """A table with the keys `p` and `s`, an index by `g` and one of its own partition by the number `n`."""
    name = f"table-{next(_numbers)}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            *({"AttributeName": each, "AttributeType": "S"} for each in "psg"),  # type: ignore[list-item]
            {"AttributeName": "n", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "ByG",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "ByN",
                "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        BillingMode="PAY_PER_REQUEST",
    )
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def five(dynamodb: DynamoDBClient, table: str) -> str:
    """The table with five items of one partition."""
    for number, name in enumerate("abcde"):
        dynamodb.put_item(TableName=table, Item={**key(name), "n": {"N": f"{number}"}, "g": {"S": "g"}})
    return table


@pytest.fixture
def six(dynamodb: DynamoDBClient, table: str) -> str:
    """The table with the items a to e of one partition, and f of another; all with maps, lists and sets."""
    for number, name in enumerate("abcdef"):
        item: Any = {**key(name), "n": {"N": f"{number}"}, "g": {"S": "g"}}
        item["m"] = {"M": {"x": {"S": name}, "l": {"L": [{"N": "1"}, {"N": f"{number}"}]}}}
        item["tags"] = {"SS": ["t", name]}
        if name == "a":
            item["only"] = {"NULL": True}
        dynamodb.put_item(TableName=table, Item=item | ({"p": {"S": "q"}} if name == "f" else {}))
    return table
