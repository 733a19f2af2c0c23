"""Searches of DynamoDB by an unmodified client: queries, scans, and their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.tests.cloud.dynamodb.items import key, told

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.mark.parametrize(
    "condition", ["p = :p AND begins_with(s, :n)", "p = :p AND s <> :p", "p = :p OR s = :p", "s = :p", "p > :p"]
)
def test_a_condition_that_is_none_on_keys_is_refused(dynamodb: DynamoDBClient, five: str, condition: str) -> None:
    values: Any = {":p": {"S": "p"}, ":n": {"N": "1"}}
    used = {name: value for name, value in values.items() if name in condition}
    with pytest.raises(ClientError) as error:
        dynamodb.query(TableName=five, KeyConditionExpression=condition, ExpressionAttributeValues=used)
    assert told(error)[0] == "ValidationException"


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"KeyConditionExpression": "p = :n"}, "Condition parameter type does not match schema type"),
        ({"KeyConditionExpression": "p = :p AND s > :n"}, "Condition parameter type does not match schema type"),
        (
            {"KeyConditionExpression": "p = :p AND s BETWEEN :p AND :a"},
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {S:p}, upper bound operand: AttributeValue: {S:a}",
        ),
        (
            {"KeyConditionExpression": "p = :p AND s BETWEEN :a AND :n"},
            "The BETWEEN operator requires same data type for lower and upper bounds",
        ),
        (
            {"KeyConditionExpression": "p = :p", "FilterExpression": "s = :a"},
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: s",
        ),
        (
            {"KeyConditionExpression": "p = :p", "FilterExpression": "n > :n", "IndexName": "ByN"},
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: n",
        ),
        (
            {"KeyConditionExpression": "p = :p", "ExclusiveStartKey": {"p": {"S": "other"}, "s": {"S": "a"}}},
            "The provided starting key is outside query boundaries based on provided conditions",
        ),
        ({"KeyConditionExpression": "p = :p", "ExclusiveStartKey": {"p": {"S": "p"}}}, "starting key is invalid"),
        (
            {"KeyConditionExpression": "p = :p", "ExclusiveStartKey": {"p": {"S": "p"}, "s": {"N": "1"}}},
            "The provided starting key is invalid",
        ),
        (
            {"KeyConditionExpression": "p = :p AND s > :a", "ExclusiveStartKey": {"p": {"S": "p"}, "s": {"S": "a"}}},
            "The provided starting key does not match the range key predicate",
        ),
        ({"KeyConditionExpression": "p = :p", "IndexName": "ByX"}, "does not have the specified index: ByX"),
        ({"KeyConditionExpression": "p = :p OR s = :a"}, "Invalid operator used in KeyConditionExpression: OR"),
        ({"KeyConditionExpression": "p = :p and not s = :a"}, "Invalid operator used in KeyConditionExpression: NOT"),
        ({"KeyConditionExpression": "p = :p AND s <> :a"}, "Invalid operator used in KeyConditionExpression: <>"),
        ({"KeyConditionExpression": "p = :p AND s > :a AND s < :p"}, "must only contain one condition per key"),
        (
            {"KeyConditionExpression": "p = :p AND s > :a AND n = :n"},
            "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
        ),
    ],
)
def test_a_query_that_is_none_is_refused(dynamodb: DynamoDBClient, five: str, parameters: Any, sentence: str) -> None:
    values = {":p": {"S": "p"}, ":a": {"S": "a"}, ":n": {"N": "1"}}
    conditions = f"{parameters['KeyConditionExpression']} {parameters.get('FilterExpression', '')}".split()
    used: Any = {name: value for name, value in values.items() if name in conditions}
    with pytest.raises(ClientError) as error:
        dynamodb.query(TableName=five, ExpressionAttributeValues=used, **parameters)
    assert told(error)[0] == "ValidationException"
    assert sentence in told(error)[1]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"Segment": 2, "TotalSegments": 2}, "zero-based and must be less than parameter TotalSegments"),
        ({"Segment": 0, "TotalSegments": 1_000_001}, "less than or equal to 1000000"),
        ({"Segment": 0}, "The TotalSegments parameter is required"),
        ({"Limit": 0}, "greater than or equal to 1"),
        ({"ExclusiveStartKey": {"p": {"S": "p"}}}, "The provided starting key is invalid"),
    ],
)
def test_a_scan_that_is_none_is_refused(session: boto3.Session, five: str, parameters: Any, sentence: str) -> None:
    unchecked = session.client("dynamodb", config=Config(parameter_validation=False))
    with pytest.raises(ClientError) as error:
        unchecked.scan(TableName=five, **parameters)
    assert told(error)[0] == "ValidationException"
    assert sentence in told(error)[1]


def test_segments_have_every_item_once_and_a_start_of_their_own(dynamodb: DynamoDBClient, table: str) -> None:
    for number in range(40):
        dynamodb.put_item(TableName=table, Item={"p": {"S": f"{number}"}, "s": {"S": "a"}})
    segments = [dynamodb.scan(TableName=table, Segment=each, TotalSegments=4)["Items"] for each in range(4)]
    assert sorted(int(item["p"]["S"]) for items in segments for item in items) == list(range(40))
    elsewhere: Any = next(items[0] for items in segments[1:] if items)
    with pytest.raises(ClientError, match="Please use ExclusiveStartKey with correct Segment"):
        dynamodb.scan(TableName=table, Segment=0, TotalSegments=4, ExclusiveStartKey=elsewhere)


@pytest.mark.parametrize("forward", [True, False])
def test_a_page_that_the_limit_ends_has_a_last_key_even_at_the_last_item(
    dynamodb: DynamoDBClient, five: str, forward: bool
) -> None:
    of_p: Any = {
        "KeyConditionExpression": "p = :p",
        "ExpressionAttributeValues": {":p": {"S": "p"}},
        "ScanIndexForward": forward,
    }
    page = dynamodb.query(TableName=five, Limit=5, **of_p)
    assert page["LastEvaluatedKey"] == key("e" if forward else "a")
    rest = dynamodb.query(TableName=five, Limit=5, ExclusiveStartKey=page["LastEvaluatedKey"], **of_p)
    assert rest["Items"] == []
    assert "LastEvaluatedKey" not in rest
    assert "LastEvaluatedKey" not in dynamodb.query(TableName=five, Limit=6, **of_p)
    assert "LastEvaluatedKey" not in dynamodb.query(TableName=five, **of_p)


def test_a_filter_does_not_hide_the_last_key(dynamodb: DynamoDBClient, five: str) -> None:
    page = dynamodb.scan(
        TableName=five, Limit=5, FilterExpression="s = :a", ExpressionAttributeValues={":a": {"S": "a"}}
    )
    assert (page["Count"], page["ScannedCount"]) == (1, 5)
    assert "LastEvaluatedKey" in page


def test_an_index_tells_its_own_key_as_well(dynamodb: DynamoDBClient, five: str) -> None:
    page = dynamodb.query(
        TableName=five,
        IndexName="ByG",
        Limit=5,
        KeyConditionExpression="g = :g",
        ExpressionAttributeValues={":g": {"S": "g"}},
    )
    assert set(page["LastEvaluatedKey"]) == {"p", "s", "g"}


def test_segments_are_of_keys_of_every_type(dynamodb: DynamoDBClient) -> None:
    for kind, keys in (("B", [b"\xff", b"a", b"b"]), ("N", ["1", "-2.5", "1E+100"])):
        name = f"segments-{kind}"
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "p", "AttributeType": kind}],  # type: ignore[typeddict-item]
            BillingMode="PAY_PER_REQUEST",
        )
        for each in keys:
            dynamodb.put_item(TableName=name, Item={"p": {kind: each}})
        found: Any = [dynamodb.scan(TableName=name, Segment=each, TotalSegments=2)["Items"] for each in (0, 1)]
        assert sorted(item["p"][kind] for items in found for item in items) == sorted(keys)
        dynamodb.delete_table(TableName=name)


def test_a_page_has_a_megabyte(dynamodb: DynamoDBClient, table: str) -> None:
    for number in range(6):
        dynamodb.put_item(TableName=table, Item={**key(f"{number}"), "x": {"S": "x" * 300_000}})
    of_p: Any = {"KeyConditionExpression": "p = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}}
    page = dynamodb.query(TableName=table, **of_p)
    assert page["Count"] == 3
    assert page["LastEvaluatedKey"] == key("2")
    rest = dynamodb.scan(TableName=table, ExclusiveStartKey=page["LastEvaluatedKey"], Select="COUNT")
    assert rest["Count"] == 3
    hidden = dynamodb.scan(TableName=table, FilterExpression="attribute_not_exists(x)", ReturnConsumedCapacity="TOTAL")
    assert (hidden["Count"], hidden["ScannedCount"], "LastEvaluatedKey" in hidden) == (0, 3, True)
    assert hidden["ConsumedCapacity"]["CapacityUnits"] == 110.0  # 900,000 bytes by 4 KB, by half


@pytest.mark.parametrize(
    ("condition", "found"),
    [(":p = p AND :s < s", "cde"), ("p = :p AND :s >= s", "ab"), ("((:p) = p) AND (s) = (:s)", "b")],
)
def test_a_condition_may_have_the_value_first(dynamodb: DynamoDBClient, five: str, condition: str, found: str) -> None:
    values: Any = {":p": {"S": "p"}, ":s": {"S": "b"}}
    items = dynamodb.query(TableName=five, KeyConditionExpression=condition, ExpressionAttributeValues=values)["Items"]
    assert "".join(item["s"]["S"] for item in items) == found
    filtered = dynamodb.scan(TableName=five, FilterExpression=":n <= n", ExpressionAttributeValues={":n": {"N": "3"}})
    assert filtered["Count"] == 2
