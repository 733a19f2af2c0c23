"""Values of DynamoDB by an unmodified client: numbers in their one form, sets, one type each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ecs_emulator.cloud.endpoint import Cloud
from emulator.tests.cloud.dynamodb.items import key, told
from emulator.tests.cloud.wire import JSON, ask, signed_for

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def nested(levels: int) -> Any:
    """A string in so many lists."""
    return {"L": [nested(levels - 1)]} if levels else {"S": ""}


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("00042", "42"),
        ("1.0", "1"),
        ("1.5E2", "150"),
        ("-0", "0"),
        ("+7", "7"),
        ("0.10", "0.1"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-1e-3", "-0.001"),
        ("0e500", "0"),
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        ("1E37", "1" + "0" * 37),
        ("1E125", "1E+125"),
        ("-9.9999999999999999999999999999999999999E125", "-9." + "9" * 37 + "E+125"),
        ("1E-130", "0." + "0" * 129 + "1"),
    ],
)
def test_a_number_is_stored_in_its_one_form(dynamodb: DynamoDBClient, table: str, sent: str, stored: str) -> None:
    values: Any = {
        "n": {"N": sent},
        "inside": {"M": {"N": {"N": sent}, "l": {"L": [{"N": sent}]}}},
        "set": {"NS": [sent]},
    }
    dynamodb.put_item(TableName=table, Item={**key(), **values})
    found = dynamodb.get_item(TableName=table, Key=key())["Item"]
    assert found["n"] == {"N": stored}
    assert found["inside"] == {"M": {"N": {"N": stored}, "l": {"L": [{"N": stored}]}}}
    assert found["set"] == {"NS": [stored]}


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ("1E126", "Number overflow."),
        ("-1E126", "Number overflow."),
        ("1E-131", "Number underflow."),
        ("1E99999999999", "Number overflow."),
        ("-0.1E-99999999999", "Number underflow."),
        ("1" * 39, "more than 38 significant digits"),
        ("many", "cannot be converted to a numeric value: many"),
        ("", "cannot be converted to a numeric value"),
        ("NaN", "cannot be converted"),
        ("1_000", "cannot be converted"),
        ("\u0661", "cannot be converted"),
    ],
)
def test_what_is_no_number_is_refused(dynamodb: DynamoDBClient, table: str, sent: str, sentence: str) -> None:
    item: Any = {**key(), "n": {"N": sent}}
    with pytest.raises(ClientError) as error:
        dynamodb.put_item(TableName=table, Item=item)
    code, message = told(error)
    assert code == "ValidationException"
    assert sentence in message


def test_a_set_has_no_number_twice(dynamodb: DynamoDBClient, table: str) -> None:
    with pytest.raises(ClientError, match=r"Input collection \[1, 1.0\] contains duplicates"):
        dynamodb.put_item(TableName=table, Item={**key(), "n": {"NS": ["1", "1.0"]}})


@pytest.mark.parametrize(
    ("stored", "added", "sum_"),
    [
        ("1E2", "0.5", "100.5"),
        ("0.1", "0.2", "0.3"),
        ("99999999999999999999999999999999999999", "-1", "99999999999999999999999999999999999998"),
        ("1.5", "-1.50", "0"),
    ],
)
def test_adding_is_exact_whatever_was_stored(
    dynamodb: DynamoDBClient, table: str, stored: str, added: str, sum_: str
) -> None:
    for expression in ("ADD n :n", "SET n = n + :n"):
        dynamodb.put_item(TableName=table, Item={**key(), "n": {"N": stored}})
        dynamodb.update_item(
            TableName=table, Key=key(), UpdateExpression=expression, ExpressionAttributeValues={":n": {"N": added}}
        )
        assert dynamodb.get_item(TableName=table, Key=key())["Item"]["n"] == {"N": sum_}


def test_a_large_number_is_read_with_a_projection(dynamodb: DynamoDBClient, table: str) -> None:
    dynamodb.put_item(TableName=table, Item={**key(), "n": {"N": "9.9e125"}})
    assert dynamodb.get_item(TableName=table, Key=key(), ProjectionExpression="n")["Item"] == {"n": {"N": "9.9E+125"}}


def test_a_sum_of_too_many_digits_is_refused_and_nothing_is_changed(dynamodb: DynamoDBClient, table: str) -> None:
    dynamodb.put_item(TableName=table, Item={**key(), "n": {"N": "1E60"}})
    with pytest.raises(ClientError, match="38 significant digits"):
        dynamodb.update_item(
            TableName=table, Key=key(), UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": {"N": "1"}}
        )
    assert dynamodb.get_item(TableName=table, Key=key())["Item"]["n"] == {"N": "1E+60"}


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ({"x": {}}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        ({"x": {"S": "a", "N": "1"}}, "Supplied AttributeValue has more than one datatypes set"),
        ({"x": {"L": [{"M": {"y": {}}}]}}, "Supplied AttributeValue is empty"),
        ({"x": {"SS": ["a", "a"]}}, "Input collection [a, a] contains duplicates."),
        ({"x": {"M": {"y": {"NS": []}}}}, "An number set  may not be empty"),
        ({"x": {"NULL": False}}, "Null attribute value types must have the value of true"),
        ({"x": nested(32)}, "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels"),
    ],
)
def test_a_value_has_one_type_and_a_set_no_doubles(
    session: boto3.Session, table: str, item: Any, sentence: str
) -> None:
    unchecked = session.client("dynamodb", config=Config(parameter_validation=False))
    unchecked.put_item(TableName=table, Item={**key(), "x": nested(31)})
    with pytest.raises(ClientError) as error:
        unchecked.put_item(TableName=table, Item={**key(), **item})
    assert told(error)[0] == "ValidationException"
    assert sentence in told(error)[1]


@pytest.mark.parametrize(
    "value",
    [
        *({"BOOL": "yes"}, {"B": "***"}, {"B": "YQ"}, {"S": 1}, {"S": "\ud800"}, {"NULL": "yes"}, {"M": []}),
        *({"L": {}}, {"BS": ["***"]}, {"SS": [1]}, {"SS": "a"}, {"N": 1}, {"NS": [1]}, {"L": [{"BOOL": "yes"}]}),
    ],
)
def test_what_no_value_of_its_type_can_be_is_no_request(cloud: Cloud, table: str, value: Any) -> None:
    item, keyed = {**key(), "x": value}, {"TableName": table, "Key": key()}
    changed = {"UpdateExpression": "SET x = :x", "ExpressionAttributeValues": {":x": value}}
    for operation, given in (
        ("PutItem", {"TableName": table, "Item": item}),
        ("BatchWriteItem", {"RequestItems": {table: [{"PutRequest": {"Item": item}}]}}),
        ("UpdateItem", {**keyed, **changed}),
        ("TransactWriteItems", {"TransactItems": [{"Update": {**keyed, **changed}}]}),
    ):
        target = f"DynamoDB_20120810.{operation}"
        body = json.dumps(given).encode()
        answer = ask(cloud, body, X_Amz_Target=target, Content_Type=JSON, Authorization=signed_for("dynamodb"))
        assert (answer.status, json.loads(answer.body)["__type"]) == (400, "SerializationException"), operation


def test_a_set_is_told_in_its_order(dynamodb: DynamoDBClient, table: str) -> None:
    sets: Any = {"a": {"SS": ["b", "", "é", "B"]}, "b": {"NS": ["10", "9", "-1.5"]}, "c": {"BS": [b"\xff", b"", b"a"]}}
    dynamodb.put_item(TableName=table, Item={**key(), **sets})
    added: Any = {"UpdateExpression": "ADD a :a", "ExpressionAttributeValues": {":a": {"SS": ["a"]}}}
    told_of = dynamodb.update_item(TableName=table, Key=key(), ReturnValues="ALL_NEW", **added)["Attributes"]
    assert told_of == dynamodb.get_item(TableName=table, Key=key())["Item"]
    assert told_of == {
        **key(),
        "a": {"SS": ["", "B", "a", "b", "é"]},
        "b": {"NS": ["-1.5", "9", "10"]},
        "c": {"BS": [b"", b"a", b"\xff"]},
    }
