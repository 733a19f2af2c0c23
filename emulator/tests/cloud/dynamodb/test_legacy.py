"""Legacy parameters of DynamoDB by an unmodified client: they mean what the expressions after them do.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.tests.cloud.dynamodb.items import item_of, key, told

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_INVALID = "One or more parameter values were invalid: "


def _is(operator: str, *values: Any) -> Any:
    return {"ComparisonOperator": operator, **({"AttributeValueList": list(values)} if values else {})}


@pytest.mark.parametrize(
    ("updates", "changed"),
    [
        ({"n": {"Value": {"N": "7"}}}, {"n": {"N": "7"}}),
        ({"b": {"Value": {"B": b"\x00"}}, "x": {"Value": {"NULL": True}}}, {"b": {"B": b"\x00"}, "x": {"NULL": True}}),
        (
            {"x": {"Value": {"BOOL": True}}, "bs": {"Value": {"BS": [b"a"]}}},
            {"x": {"BOOL": True}, "bs": {"BS": [b"a"]}},
        ),
        ({"n": {"Action": "ADD", "Value": {"N": "2"}}}, {"n": {"N": "2"}}),
        ({"new": {"Action": "ADD", "Value": {"N": "2"}}}, {"new": {"N": "2"}}),
        ({"l": {"Action": "ADD", "Value": {"L": [{"S": "x"}]}}}, {"l": {"L": [{"S": "x"}]}}),
        ({"m": {"Action": "DELETE"}, "nowhere": {"Action": "DELETE"}}, {"m": None}),
        ({"tags": {"Action": "DELETE", "Value": {"SS": ["t", "x"]}}}, {"tags": {"SS": ["a"]}}),
        ({"tags": {"Action": "DELETE", "Value": {"SS": ["t", "a"]}}}, {"tags": None}),
        ({}, {}),
    ],
)
def test_attribute_updates_change_an_item(dynamodb: DynamoDBClient, six: str, updates: Any, changed: Any) -> None:
    before = item_of(dynamodb, six)
    after = {name: value for name, value in {**before, **changed}.items() if value is not None}
    found = dynamodb.update_item(TableName=six, Key=key(), AttributeUpdates=updates, ReturnValues="ALL_NEW")
    assert found["Attributes"] == after
    assert item_of(dynamodb, six) == after


@pytest.mark.parametrize(
    ("expected", "holds"),
    [
        ({"n": {"Value": {"N": "0"}}}, True),
        ({"n": {"Value": {"N": "1"}}}, False),
        ({"n": {"Exists": True, "Value": {"N": "1"}}}, False),
        ({"n": {"Exists": False}}, False),
        ({"nowhere": {"Exists": False}}, True),
        ({"n": _is("LT", {"N": "1"}), "g": _is("NE", {"S": "h"})}, True),
        ({"n": _is("BETWEEN", {"N": "-1"}, {"N": "1"}), "s": _is("IN", {"S": "a"}, {"S": "b"})}, True),
        ({"only": _is("NOT_NULL"), "nowhere": _is("NULL")}, True),
        ({"tags": _is("CONTAINS", {"S": "t"}), "g": _is("BEGINS_WITH", {"S": "g"})}, True),
        ({"tags": _is("NOT_CONTAINS", {"S": "t"})}, False),
        ({"nowhere": _is("NOT_CONTAINS", {"S": "t"}), "n": _is("GE", {"N": "0"})}, True),
        ({"n": {"ComparisonOperator": "GT", "Value": {"N": "0"}}}, False),
    ],
)
def test_what_is_expected_is_a_condition(dynamodb: DynamoDBClient, six: str, expected: Any, holds: bool) -> None:
    item = {**item_of(dynamodb, six), "written": {"BOOL": True}}
    writes: Any = (
        lambda: dynamodb.put_item(TableName=six, Item=item, Expected=expected),
        lambda: dynamodb.update_item(TableName=six, Key=key(), Expected=expected),
        lambda: dynamodb.delete_item(TableName=six, Key=key(), Expected=expected),
    )
    for write in writes:
        if holds:
            write()
            continue
        with pytest.raises(ClientError) as error:
            write()
        assert told(error) == ("ConditionalCheckFailedException", "The conditional request failed")
    assert (item_of(dynamodb, six) is None) is holds


def test_one_of_what_is_expected_may_be_enough(dynamodb: DynamoDBClient, six: str) -> None:
    expected: Any = {"n": {"Value": {"N": "77"}}, "g": {"Value": {"S": "g"}}}
    dynamodb.delete_item(TableName=six, Key=key(), Expected=expected, ConditionalOperator="OR")
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        dynamodb.delete_item(TableName=six, Key=key("b"), Expected=expected, ConditionalOperator="AND")


def test_searches_have_conditions_and_attributes_of_before(dynamodb: DynamoDBClient, six: str) -> None:
    of_p: Any = {"TableName": six, "KeyConditions": {"p": _is("EQ", {"S": "p"})}}
    later: Any = {"p": _is("EQ", {"S": "p"}), "s": _is("GE", {"S": "d"})}
    found = dynamodb.query(TableName=six, KeyConditions=later, AttributesToGet=["n"])
    assert found["Items"] == [{"n": {"N": "3"}}, {"n": {"N": "4"}}]
    either: Any = {"n": _is("GT", {"N": "3"}), "only": _is("NOT_NULL")}
    found = dynamodb.query(**of_p, QueryFilter={"m": _is("NOT_NULL"), **either}, AttributesToGet=["s"])
    assert (found["Items"], found["ScannedCount"]) == ([], 5)
    with pytest.raises(ClientError, match="QueryFilter can only contain non-primary key attributes"):
        dynamodb.query(**of_p, QueryFilter={"s": _is("EQ", {"S": "a"})})
    items = dynamodb.query(**of_p, QueryFilter=either, ConditionalOperator="OR", AttributesToGet=["s"])["Items"]
    assert items == [{"s": {"S": "a"}}, {"s": {"S": "e"}}]
    expression: Any = {"FilterExpression": "n > :n", "ExpressionAttributeValues": {":n": {"N": "3"}}}
    assert dynamodb.query(**of_p, **expression)["Count"] == 1
    found = dynamodb.scan(TableName=six, ScanFilter=either, ConditionalOperator="OR", AttributesToGet=["s"])
    assert sorted(each["s"]["S"] for each in found["Items"]) == ["a", "e", "f"]
    read: Any = {"AttributesToGet": ["n", "no"]}
    assert dynamodb.get_item(TableName=six, Key=key(), **read)["Item"] == {"n": {"N": "0"}}
    batch: Any = {six: {"Keys": [key("b")], **read}}
    assert dynamodb.batch_get_item(RequestItems=batch)["Responses"] == {six: [{"n": {"N": "1"}}]}


def test_legacy_parameters_are_not_used_beside_expressions(dynamodb: DynamoDBClient, table: str) -> None:
    with pytest.raises(ClientError, match=r"Non-expression parameters: \{Expected\} Expression parameters"):
        dynamodb.put_item(
            TableName=table,
            Item=key(),
            ConditionExpression="attribute_exists(p)",
            Expected={"p": {"Exists": False}},
        )


@pytest.mark.parametrize(
    ("operation", "parameters", "sentence"),
    [
        ("update_item", {"AttributeUpdates": {"x": {}}}, "Only DELETE action is allowed when no attribute value is"),
        (
            "update_item",
            {"AttributeUpdates": {"x": {"Action": "DELETE", "Value": {"S": "x"}}}},
            "DELETE action with value is not supported for the type S",
        ),
        (
            "update_item",
            {"AttributeUpdates": {"x": {"Action": "ADD", "Value": {"S": "x"}}}},
            "ADD action is not supported for the type S",
        ),
        ("update_item", {"AttributeUpdates": {"p": {"Value": {"S": "x"}}}}, "Cannot update attribute p. This attri"),
        ("update_item", {"AttributeUpdates": {"x": {"Action": "TURN", "Value": {"S": "x"}}}}, "enum value set: [ADD, "),
        ("delete_item", {"Expected": {"x": {}}}, "Value must be provided when Exists is null for Attribute: x"),
        ("delete_item", {"Expected": {"x": {"Exists": True}}}, "Value must be provided when Exists is true for Attr"),
        (
            "delete_item",
            {"Expected": {"x": {"Exists": False, "Value": {"S": "x"}}}},
            "Value cannot be used when Exists is false for Attribute: x",
        ),
        (
            "delete_item",
            {"Expected": {"x": {"AttributeValueList": [{"S": "x"}]}}},
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: x",
        ),
        (
            "delete_item",
            {"Expected": {"x": {"Exists": True, **_is("EQ", {"S": "x"})}}},
            "Exists and ComparisonOperator cannot be used together for Attribute: x",
        ),
        (
            "delete_item",
            {"Expected": {"x": {"Value": {"S": "x"}, **_is("EQ", {"S": "x"})}}},
            "Value and AttributeValueList cannot be used together for Attribute: x",
        ),
        (
            "delete_item",
            {"Expected": {"x": _is("EQ")}},
            "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: x",
        ),
        ("scan", {"ScanFilter": {"x": _is("BETWEEN", {"S": "x"})}}, "Invalid number of argument(s) for the BETWEEN Co"),
        (
            "scan",
            {"ScanFilter": {"x": _is("IN", {"S": "x"}, {"N": "1"})}},
            "AttributeValues inside AttributeValueList must be of same type",
        ),
        ("scan", {"ScanFilter": {"x": _is("LT", {"BOOL": True})}}, "ComparisonOperator LT is not valid for BOOL Attr"),
        ("scan", {"ScanFilter": {"x": _is("LIKE", {"S": "x"})}}, "enum value set: [IN, "),
        ("scan", {"AttributesToGet": ["x", "x"]}, "Duplicate value in attribute name: x"),
        ("query", {"KeyConditions": {"p": _is("NE", {"S": "x"})}}, "is not an indexable operation"),
    ],
)
def test_what_no_legacy_parameter_is_is_refused(
    session: boto3.Session, table: str, operation: str, parameters: Any, sentence: str
) -> None:
    unchecked = session.client("dynamodb", config=Config(parameter_validation=False))
    on = {} if operation in ("scan", "query") else {"Key": key()}
    with pytest.raises(ClientError) as error:
        getattr(unchecked, operation)(TableName=table, **on, **parameters)
    assert told(error)[0] == "ValidationException"
    assert sentence in told(error)[1]
