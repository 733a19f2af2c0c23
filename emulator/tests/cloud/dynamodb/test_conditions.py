"""Conditions of DynamoDB by an unmodified client: what is one, and what holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from emulator.tests.cloud.dynamodb.items import key, told, update_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_what_no_expression_has_is_refused(dynamodb: DynamoDBClient, table: str) -> None:
    values: Any = {":a": {"S": "n"}, ":b": {"S": "x"}}
    with pytest.raises(ClientError) as error:
        dynamodb.scan(TableName=table, FilterExpression="p = :a", ExpressionAttributeValues=values)
    assert told(error) == (
        "ValidationException",
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}",
    )
    with pytest.raises(ClientError, match=r"ExpressionAttributeNames unused in expressions: keys: \{#n\}"):
        dynamodb.get_item(TableName=table, Key=key(), ProjectionExpression="p", ExpressionAttributeNames={"#n": "n"})
    unused = update_of(table, "a", "ADD n :n", n={"N": "1"}, more={"N": "1"})
    with pytest.raises(ClientError, match=r"keys: \{:more\}"):
        dynamodb.transact_write_items(TransactItems=[unused])


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"ExpressionAttributeNames": {"#n": "n"}}, "ExpressionAttributeNames can only be specified when using expres"),
        ({"ExpressionAttributeValues": {":n": {"S": "n"}}}, "ExpressionAttributeValues can only be specified when us"),
        (
            {"ConditionExpression": "p = s", "ExpressionAttributeNames": {}},
            "ExpressionAttributeNames must not be emp",
        ),
        ({"ConditionExpression": "p = s", "ExpressionAttributeValues": {}}, "ExpressionAttributeValues must not be em"),
        (
            {"ConditionExpression": "p = s", "ExpressionAttributeNames": {"n": "n"}},
            'ExpressionAttributeNames contains invalid key: Syntax error; key: "n"',
        ),
        (
            {"ConditionExpression": " OR ".join(["attribute_exists(p)"] * 200)},
            "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; expression size: 4596",
        ),
    ],
)
def test_placeholders_are_those_of_expressions(
    dynamodb: DynamoDBClient, table: str, parameters: Any, sentence: str
) -> None:
    with pytest.raises(ClientError) as error:
        dynamodb.put_item(TableName=table, Item=key(), **parameters)
    assert told(error)[0] == "ValidationException"
    assert sentence in told(error)[1]


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("", "The expression can not be empty"),
        ("p", 'Syntax error; token: "<EOF>"'),
        ("p =", 'Syntax error; token: "<EOF>"'),
        ("p = p =", 'Syntax error; token: "="'),
        ("p = p p = p", 'Syntax error; token: "p"'),
        ("size(p)", "Syntax error"),
        ("NOT", "Syntax error"),
        ("(p = p", "Syntax error"),
        ("p IN ()", "Syntax error"),
        ("p BETWEEN p", "Syntax error"),
        ("attribute_exists(p, p)", "Syntax error"),
        ("exists(p)", "Invalid function name; function: exists"),
        ("attribute_exists(:p)", "Syntax error"),
        ("p = :p", "is not defined; attribute value: :p"),
        ("#p = p", "is not defined; attribute name: #p"),
        ("1 = 1", "Syntax error"),
        ("p == p", "Syntax error"),
        ("p = 'a'", "Syntax error"),
        ("(" * 2_000 + "p = p" + ")" * 2_000, "too many parentheses"),
    ],
)
def test_a_condition_that_is_none_is_refused(
    dynamodb: DynamoDBClient, table: str, condition: str, sentence: str
) -> None:
    with pytest.raises(ClientError) as error:
        dynamodb.put_item(TableName=table, Item=key(), ConditionExpression=condition)
    code, message = told(error)
    assert code == "ValidationException"
    assert message.startswith("Invalid ConditionExpression: ")
    assert sentence in message


@pytest.mark.parametrize(
    "condition",
    [
        "attribute_not_exists(p) OR (p = :a AND NOT s <> :a)",
        "attribute_not_exists(p) and not contains(#n.li[0].x, :a)",
        "not size(p) > :n and not p between :a and :a and not p in (:a, :a)",
        "(NOT (begins_with(p, :a)))",
        "attribute_not_exists(p) OR attribute_type(p, :a) OR (size(p)) < :n",
    ],
)
def test_a_condition_of_every_kind_is_one(dynamodb: DynamoDBClient, table: str, condition: str) -> None:
    values: Any = {":a": {"S": "S"}, ":n": {"N": "5"}, "#n": "n"}
    used: Any = {each: values[each] for each in values if each in condition}
    names: Any = {"ExpressionAttributeNames": {"#n": "n"}} if used.pop("#n", None) else {}
    dynamodb.put_item(
        TableName=table,
        Item=key(),
        ConditionExpression=condition,
        **({"ExpressionAttributeValues": used} if used else {}),
        **names,
    )


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("size(word) > :n", True),
        ("size(n) > :n", False),
        ("size(nowhere) < :n", False),
        ("word > :n", False),
        ("n < :t", False),
        ("word BETWEEN :n AND :n", False),
        ("n BETWEEN :n AND :n", True),
        ("(n) = (:n)", True),
    ],
)
def test_a_comparison_of_two_types_does_not_hold(
    dynamodb: DynamoDBClient, table: str, condition: str, holds: bool
) -> None:
    dynamodb.put_item(TableName=table, Item={**key(), "word": {"S": "four"}, "n": {"N": "3"}})
    values: Any = {":n": {"N": "3"}, ":t": {"S": "4"}}
    used = {name: value for name, value in values.items() if name in condition}
    found = dynamodb.scan(TableName=table, FilterExpression=condition, ExpressionAttributeValues=used)
    assert bool(found["Items"]) is holds


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("begins_with(s, :n)", "operator or function: begins_with, operand type: N"),
        ("attribute_type(s, :n)", "operator or function: attribute_type, operand type: N"),
        ("attribute_type(s, :x)", "Invalid attribute type name found; type: x, valid types:"),
        ("x < :b", "operator or function: <, operand type: BOOL"),
        ("x BETWEEN :b AND :b", "operator or function: BETWEEN, operand type: BOOL"),
        ("x BETWEEN :n AND :x", "The BETWEEN operator requires same data type"),
        ("x BETWEEN :n AND :m", "requires upper bound to be greater than or equal to lower bound"),
        ("x = x", "The first operand must be distinct from the remaining operands"),
        ("size(x, :n) > :n", "Syntax error"),
    ],
)
def test_operands_of_the_wrong_type_are_refused(
    dynamodb: DynamoDBClient, table: str, condition: str, sentence: str
) -> None:
    values = {":n": {"N": "9"}, ":m": {"N": "1"}, ":x": {"S": "x"}, ":b": {"BOOL": True}}
    used: Any = {name: value for name, value in values.items() if name in condition}
    given = {"ExpressionAttributeValues": used} if used else {}
    with pytest.raises(ClientError) as error:
        dynamodb.put_item(TableName=table, Item=key(), ConditionExpression=condition, **given)
    assert told(error)[0] == "ValidationException"
    assert told(error)[1].startswith("Invalid ConditionExpression: ")
    assert sentence in told(error)[1]
    with pytest.raises(ClientError, match="Invalid FilterExpression: "):
        dynamodb.scan(TableName=table, FilterExpression=condition, **given)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("one = :true", False),
        ("one IN (:true)", False),
        ("one <> :true", True),
        ("nowhere = :null", False),
        ("nowhere <> :null", True),
        ("nothing = :null", True),
        ("nowhere = elsewhere", False),
        ("size(word) = size(word2)", True),
    ],
)
def test_values_of_two_types_are_not_equal(dynamodb: DynamoDBClient, table: str, condition: str, holds: bool) -> None:
    values = {":true": {"BOOL": True}, ":null": {"NULL": True}}
    used: Any = {name: value for name, value in values.items() if name in condition}
    item: Any = {"one": {"N": "1"}, "nothing": {"NULL": True}, "word": {"S": "four"}, "word2": {"S": "five"}}
    dynamodb.put_item(TableName=table, Item={**key(), **item})
    given = {"ExpressionAttributeValues": used} if used else {}
    assert bool(dynamodb.scan(TableName=table, FilterExpression=condition, **given)["Count"]) is holds
