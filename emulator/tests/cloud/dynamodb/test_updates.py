"""Updates of DynamoDB by an unmodified client: whole or not at all, and what they return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.tests.cloud.dynamodb.items import item_of, key, records, told

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_an_update_is_made_whole_or_not_at_all(dynamodb: DynamoDBClient, five: str) -> None:
    before = dynamodb.scan(TableName=five)["Items"]
    for target in ("a", "new"):
        for expression, value, sentence in (
            ("SET x = :v, g = :v", {"N": "1"}, "Type mismatch"),
            ("SET x = :v ADD g :v", {"N": "1"}, "incorrect data type"),
            ("SET x = :v, y = nowhere", {"S": "1"}, "refers to an attribute that does not exist in the item"),
        ):
            with pytest.raises(ClientError) as error:
                dynamodb.update_item(
                    TableName=five,
                    Key=key(target),
                    UpdateExpression=expression.replace("ADD g", "ADD p" if target == "new" else "ADD g"),
                    ExpressionAttributeValues={":v": value},
                )
            assert told(error)[0] == "ValidationException"
            if target == "a":
                assert sentence in told(error)[1]
    assert dynamodb.scan(TableName=five)["Items"] == before
    assert len(records(five)) == 5


@pytest.mark.parametrize(
    ("expression", "returned", "attributes"),
    [
        ("SET a = :a", "UPDATED_NEW", {"a": {"S": "same"}}),
        ("SET a = :a", "UPDATED_OLD", {"a": {"S": "same"}}),
        ("SET m.#x = :a", "UPDATED_NEW", {"m": {"M": {"x": {"S": "same"}}}}),
        ("SET m.#x = :a", "UPDATED_OLD", {"m": {"M": {"x": {"N": "1"}}}}),
        ("SET l[1] = :a", "UPDATED_NEW", {"l": {"L": [{"S": "same"}]}}),
        ("REMOVE a SET c = :a", "UPDATED_NEW", {"c": {"S": "same"}}),
        ("REMOVE a SET c = :a", "UPDATED_OLD", {"a": {"S": "same"}}),
        ("SET c = :a", "UPDATED_OLD", None),
    ],
)
def test_an_update_returns_what_its_expression_names(
    dynamodb: DynamoDBClient, table: str, expression: str, returned: Any, attributes: Any
) -> None:
    item: Any = {**key("u"), "a": {"S": "same"}, "b": {"S": "b"}, "l": {"L": [{"N": "1"}, {"N": "2"}]}}
    item["m"] = {"M": {"x": {"N": "1"}, "y": {"N": "2"}}}
    dynamodb.put_item(TableName=table, Item=item)
    names: Any = {"ExpressionAttributeNames": {"#x": "x"}} if "#x" in expression else {}
    answered = dynamodb.update_item(
        TableName=table,
        Key=key("u"),
        UpdateExpression=expression,
        ExpressionAttributeValues={":a": {"S": "same"}},
        ReturnValues=returned,
        **names,
    )
    assert answered.get("Attributes") == attributes


def test_an_update_of_nothing_makes_an_item_of_its_key(dynamodb: DynamoDBClient, five: str) -> None:
    before = item_of(dynamodb, five)
    for target, item in (("a", before), ("new", key("new"))):
        answered = dynamodb.update_item(TableName=five, Key=key(target), ReturnValues="ALL_NEW")
        assert answered["Attributes"] == item == item_of(dynamodb, five, target)
        for returned in ("UPDATED_NEW", "UPDATED_OLD"):
            answered = dynamodb.update_item(TableName=five, Key=key(target), ReturnValues=returned)
            assert "Attributes" not in answered
    condition: Any = {"ConditionExpression": "attribute_exists(p)"}
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        dynamodb.update_item(TableName=five, Key=key("nobody"), **condition)
    assert len(records(five)) == 6
    update: Any = {"Update": {"TableName": five, "Key": key()}}
    unchecked = boto3.client("dynamodb", config=Config(parameter_validation=False))
    with pytest.raises(ClientError, match="ValidationException"):
        unchecked.transact_write_items(TransactItems=[update])


@pytest.mark.parametrize("expression", ["SET n.x = :v", "SET m[0] = :v", "ADD m.x.y :v", "SET m.l.x = :v"])
def test_an_update_goes_through_maps_and_lists(dynamodb: DynamoDBClient, six: str, expression: str) -> None:
    before = item_of(dynamodb, six)
    values: Any = {"ExpressionAttributeValues": {":v": {"N": "1"}}} if ":v" in expression else {}
    with pytest.raises(ClientError) as error:
        dynamodb.update_item(TableName=six, Key=key(), UpdateExpression=expression, **values)
    assert told(error) == (
        "ValidationException",
        "The document path provided in the update expression is invalid for update",
    )
    assert item_of(dynamodb, six) == before


def test_what_is_removed_moves_what_is_behind_it(dynamodb: DynamoDBClient, table: str) -> None:
    elements: Any = {"L": [{"S": "first"}, {"M": {"x": {"N": "1"}}}, {"S": "last"}]}
    dynamodb.put_item(TableName=table, Item={**key(), "l": elements})
    dynamodb.update_item(
        TableName=table,
        Key=key(),
        UpdateExpression="REMOVE l[0] SET l[1].x = :n",
        ExpressionAttributeValues={":n": {"N": "2"}},
    )
    assert item_of(dynamodb, table)["l"] == {"L": [{"M": {"x": {"N": "2"}}}, {"S": "last"}]}


@pytest.mark.parametrize("value", ["(n + :one)", "(n) + (:one)", "if_not_exists(x, n) + (:one)", "(:one + (n))"])
def test_a_value_may_be_in_parentheses(dynamodb: DynamoDBClient, five: str, value: str) -> None:
    answered = dynamodb.update_item(
        TableName=five,
        Key=key("c"),
        UpdateExpression=f"SET y = {value}",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="UPDATED_NEW",
    )
    assert answered["Attributes"] == {"y": {"N": "3"}}
