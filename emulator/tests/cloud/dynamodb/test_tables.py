"""Tables of DynamoDB by an unmodified client: what makes and changes one, and what is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from emulator.tests.cloud.dynamodb.items import item_of, key, told

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_INVALID = "One or more parameter values were invalid: "


def _keys(*names: str) -> Any:
    kinds = ("HASH", "RANGE")
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, kinds, strict=False)]


def _index(name: str, *keys: str, kind: str = "ALL") -> Any:
    return {"IndexName": name, "KeySchema": _keys(*keys), "Projection": {"ProjectionType": kind}}


def _defined(*names: str) -> Any:
    return [{"AttributeName": each, "AttributeType": "S"} for each in names]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"KeySchema": _keys("p", "p")}, "Invalid KeySchema: Some index key attribute have no definition"),
        (
            {"KeySchema": _keys("p", "p"), "AttributeDefinitions": _defined("p", "s")},
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
        ({"KeySchema": _keys("x")}, f"{_INVALID}Some index key attributes are not defined in AttributeDefinitions."),
        ({"KeySchema": [{"AttributeName": "p", "KeyType": "RANGE"}]}, "The first KeySchemaElement is not a HASH key"),
        ({"AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "SS"}]}, "enum value set: [B, N, S]"),
        ({"TableName": "ab"}, "TableName must be at least 3 characters long and at most 255 characters long"),
        ({"TableName": "a/b"}, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
        ({"LocalSecondaryIndexes": [_index("ByP", "p", "p")]}, "Table KeySchema does not have a range key, which is"),
        ({"GlobalSecondaryIndexes": [_index("ByP", "p", kind="INCLUDE")]}, "INCLUDE, but NonKeyAttributes is not spe"),
        ({"GlobalSecondaryIndexes": [_index("ByP", "p")] * 2}, f"{_INVALID}Duplicate index name: ByP"),
        ({"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}, "Neither ReadCapacityUnits nor"),
    ],
)
def test_a_table_that_is_none_is_not_made(dynamodb: DynamoDBClient, parameters: Any, sentence: str) -> None:
    given = {"TableName": "made", "KeySchema": _keys("p"), "AttributeDefinitions": _defined("p")}
    with pytest.raises(ClientError) as error:
        dynamodb.create_table(**{**given, "BillingMode": "PAY_PER_REQUEST", **parameters})
    assert told(error)[0] == "ValidationException"
    assert sentence in told(error)[1]
    assert given["TableName"] not in dynamodb.list_tables()["TableNames"]


def test_a_table_keeps_what_it_defines_when_an_index_is_added(dynamodb: DynamoDBClient, five: str) -> None:
    create: Any = {"Create": _index("ByH", "h")}
    changed = dynamodb.update_table(
        TableName=five, AttributeDefinitions=_defined("h"), GlobalSecondaryIndexUpdates=[create]
    )["TableDescription"]
    assert [each["AttributeName"] for each in changed["AttributeDefinitions"]] == ["p", "s", "g", "n", "h"]
    dynamodb.put_item(TableName=five, Item={**key("new"), "h": {"S": "h"}})
    with pytest.raises(ClientError, match="Type mismatch for Index Key h Expected: S Actual: N IndexName: ByH"):
        dynamodb.put_item(TableName=five, Item={**key("new"), "h": {"N": "1"}})
    index = next(
        each
        for each in dynamodb.describe_table(TableName=five)["Table"]["GlobalSecondaryIndexes"]
        if each["IndexName"] == "ByH"
    )
    assert (index["IndexStatus"], index["ItemCount"], index["IndexArn"]) == (
        "ACTIVE",
        1,
        f"{changed['TableArn']}/index/ByH",
    )
    gone = dynamodb.update_table(TableName=five, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "ByH"}}])
    assert len(gone["TableDescription"]["AttributeDefinitions"]) == 4
    assert item_of(dynamodb, five, "new")["h"] == {"S": "h"}


@pytest.mark.parametrize(
    ("parameters", "code", "sentence"),
    [
        ({}, "ValidationException", "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled,"),
        (
            {"GlobalSecondaryIndexUpdates": [{"Create": _index("ByG", "g")}]},
            "ValidationException",
            "Attempting to create an index which already exists",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Create": _index("ByX", "x")}]},
            "ValidationException",
            f"{_INVALID}Some index key attributes are not defined in AttributeDefinitions. Keys: [x]",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "ByX"}}]},
            "ResourceNotFoundException",
            "Requested resource not found",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "ByG"}}, {"Create": _index("ByH", "s")}]},
            "LimitExceededException",
            "Only 1 online index can be created or deleted simultaneously per table",
        ),
        ({"BillingMode": "PROVISIONED"}, "ValidationException", "ProvisionedThroughput must be specified when"),
        (
            {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}},
            "ValidationException",
            "Table already has an enabled stream: TableName: ",
        ),
    ],
)
def test_a_change_that_is_none_is_refused(
    dynamodb: DynamoDBClient, table: str, parameters: Any, code: str, sentence: str
) -> None:
    before = dynamodb.describe_table(TableName=table)["Table"]
    with pytest.raises(ClientError) as error:
        dynamodb.update_table(TableName=table, **parameters)
    assert told(error)[0] == code
    assert sentence in told(error)[1]
    assert dynamodb.describe_table(TableName=table)["Table"] == before


def test_a_table_has_another_stream_after_one_that_was_disabled(dynamodb: DynamoDBClient, table: str) -> None:
    first = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    dynamodb.update_table(TableName=table, StreamSpecification={"StreamEnabled": False})
    with pytest.raises(ClientError, match="ValidationException"):
        dynamodb.update_table(TableName=table, StreamSpecification={"StreamEnabled": False})
    wanted: Any = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    again = dynamodb.update_table(TableName=table, StreamSpecification=wanted)["TableDescription"]
    assert again["StreamSpecification"] == wanted
    assert again["LatestStreamArn"] != first


def test_a_table_is_protected_and_has_one_id(dynamodb: DynamoDBClient, table: str) -> None:
    described = dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)["TableDescription"]
    with pytest.raises(ClientError) as error:
        dynamodb.delete_table(TableName=table)
    assert told(error) == (
        "ValidationException",
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    )
    after = dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)["TableDescription"]
    assert len(after["TableId"]) == 36
    assert after["TableId"] == described["TableId"]
    for call in (
        lambda: dynamodb.delete_table(TableName="nowhere"),
        lambda: dynamodb.update_table(TableName="nowhere", DeletionProtectionEnabled=True),
        lambda: dynamodb.describe_table(TableName="nowhere"),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert told(error)[1] == "Requested resource not found: Table: nowhere not found"
    with pytest.raises(ClientError, match="Requested resource not found: ResourcArn: arn:"):
        dynamodb.untag_resource(ResourceArn=f"{after['TableArn']}-no", TagKeys=["a"])


def test_settings_of_a_table_are_told_as_they_were_set(dynamodb: DynamoDBClient, table: str) -> None:
    limits: Any = {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 5}
    settings: Any = {"TableClass": "STANDARD_INFREQUENT_ACCESS", "OnDemandThroughput": limits}
    dynamodb.update_table(TableName=table, SSESpecification={"Enabled": True}, **settings)
    described: Any = dynamodb.describe_table(TableName=table)["Table"]
    assert described["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert described["OnDemandThroughput"] == limits
    assert (described["SSEDescription"]["Status"], described["SSEDescription"]["SSEType"]) == ("ENABLED", "KMS")
    off = dynamodb.update_table(TableName=table, SSESpecification={"Enabled": False})["TableDescription"]
    assert "SSEDescription" not in off
    made = dynamodb.create_table(
        TableName=f"{table}-made",
        KeySchema=_keys("p"),
        AttributeDefinitions=_defined("p"),
        BillingMode="PAY_PER_REQUEST",
        **settings,
    )["TableDescription"]
    assert {"OnDemandThroughput", "TableClassSummary"} <= made.keys()
    dynamodb.delete_table(TableName=f"{table}-made")
