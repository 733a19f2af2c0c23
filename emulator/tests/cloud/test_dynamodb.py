"""DynamoDB by an unmodified client: numbers, pages, transactions, and what is refused."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ecs_emulator.cloud import moto_dynamodb
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_numbers = itertools.count(1)


@pytest.fixture
def dynamodb(cloud: Cloud) -> DynamoDBClient:
    return boto3.client("dynamodb", REGION)


@pytest.fixture
def table(dynamodb: DynamoDBClient) -> Iterator[str]:
    """A table with the keys `p` and `s` and an index by `g`."""
    name = f"exact-{next(_numbers)}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in "psg"],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "ByG",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    yield name
    dynamodb.delete_table(TableName=name)


def key(name: str = "a") -> Any:
    return {"p": {"S": "p"}, "s": {"S": name}}


def refused(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    told = error.value.response["Error"]
    return told["Code"], told["Message"]


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
    code, message = refused(error)
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


@pytest.mark.parametrize(
    "condition", ["p = :p AND begins_with(s, :n)", "p = :p AND s <> :p", "p = :p OR s = :p", "s = :p", "p > :p"]
)
def test_a_condition_that_is_none_on_keys_is_refused(dynamodb: DynamoDBClient, five: str, condition: str) -> None:
    values: Any = {":p": {"S": "p"}, ":n": {"N": "1"}}
    used = {name: value for name, value in values.items() if name in condition}
    with pytest.raises(ClientError) as error:
        dynamodb.query(TableName=five, KeyConditionExpression=condition, ExpressionAttributeValues=used)
    assert refused(error)[0] == "ValidationException"


def test_a_sum_of_too_many_digits_is_refused_and_nothing_is_changed(dynamodb: DynamoDBClient, table: str) -> None:
    dynamodb.put_item(TableName=table, Item={**key(), "n": {"N": "1E60"}})
    with pytest.raises(ClientError, match="38 significant digits"):
        dynamodb.update_item(
            TableName=table, Key=key(), UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": {"N": "1"}}
        )
    assert dynamodb.get_item(TableName=table, Key=key())["Item"]["n"] == {"N": "1E+60"}


@pytest.fixture
def five(dynamodb: DynamoDBClient, table: str) -> str:
    """A table with five items of one partition."""
    for name in "abcde":
        dynamodb.put_item(TableName=table, Item={**key(name), "g": {"S": "g"}})
    return table


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


def _added(table: str, by: str = "1") -> Any:
    return {
        "Update": {
            "TableName": table,
            "Key": key(),
            "UpdateExpression": "ADD n :n",
            "ExpressionAttributeValues": {":n": {"N": by}},
        }
    }


def test_a_transaction_with_a_token_is_carried_out_once(dynamodb: DynamoDBClient, table: str) -> None:
    for _ in range(3):
        dynamodb.transact_write_items(TransactItems=[_added(table)], ClientRequestToken=f"token-{table}")
    assert dynamodb.get_item(TableName=table, Key=key())["Item"]["n"] == {"N": "1"}
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=[_added(table, "2")], ClientRequestToken=f"token-{table}")
    assert refused(error)[0] == "IdempotentParameterMismatchException"
    for _ in range(2):
        dynamodb.transact_write_items(TransactItems=[_added(table)])
    assert dynamodb.get_item(TableName=table, Key=key())["Item"]["n"] == {"N": "3"}


def test_a_transaction_with_a_token_may_have_bytes(dynamodb: DynamoDBClient, table: str) -> None:
    put: Any = {"Put": {"TableName": table, "Item": {**key(), "b": {"B": b"\x00\xff"}, "bs": {"BS": [b"a"]}}}}
    for _ in range(2):
        dynamodb.transact_write_items(TransactItems=[put], ClientRequestToken=f"{table}-bytes")
    assert dynamodb.get_item(TableName=table, Key=key())["Item"] == put["Put"]["Item"]
    put["Put"]["Item"]["b"] = {"B": b"other"}
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=[put], ClientRequestToken=f"{table}-bytes")
    assert refused(error)[0] == "IdempotentParameterMismatchException"


def test_a_token_is_forgotten_after_ten_minutes(
    dynamodb: DynamoDBClient, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for now, number in ((0.0, "1"), (600.0, "1"), (600.1, "2")):
        monkeypatch.setattr(moto_dynamodb, "monotonic", lambda now=now: now)
        dynamodb.transact_write_items(TransactItems=[_added(table)], ClientRequestToken=f"late-{table}")
        assert dynamodb.get_item(TableName=table, Key=key())["Item"]["n"] == {"N": number}


def test_a_transaction_that_failed_may_be_tried_again_with_its_token(dynamodb: DynamoDBClient, table: str) -> None:
    exists: Any = {
        "ConditionCheck": {"TableName": table, "Key": key("b"), "ConditionExpression": "attribute_exists(p)"}
    }
    both = [_added(table), exists]
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=both, ClientRequestToken=f"again-{table}")
    assert refused(error)[0] == "TransactionCanceledException"
    reasons = error.value.response["CancellationReasons"]
    assert [each["Code"] for each in reasons] == ["None", "ConditionalCheckFailed"]
    dynamodb.put_item(TableName=table, Item=key("b"))
    dynamodb.transact_write_items(TransactItems=both, ClientRequestToken=f"again-{table}")
    assert dynamodb.get_item(TableName=table, Key=key())["Item"]["n"] == {"N": "1"}


def test_what_no_expression_has_is_refused(dynamodb: DynamoDBClient, table: str) -> None:
    values: Any = {":a": {"S": "n"}, ":b": {"S": "x"}}
    with pytest.raises(ClientError) as error:
        dynamodb.scan(TableName=table, FilterExpression="p = :a", ExpressionAttributeValues=values)
    assert refused(error) == (
        "ValidationException",
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}",
    )
    with pytest.raises(ClientError, match=r"ExpressionAttributeNames unused in expressions: keys: \{#n\}"):
        dynamodb.get_item(TableName=table, Key=key(), ProjectionExpression="p", ExpressionAttributeNames={"#n": "n"})
    unused = _added(table)
    unused["Update"]["ExpressionAttributeValues"][":more"] = {"N": "1"}
    with pytest.raises(ClientError, match=r"keys: \{:more\}"):
        dynamodb.transact_write_items(TransactItems=[unused])


def test_a_batch_has_a_limit(dynamodb: DynamoDBClient, table: str) -> None:
    puts: Any = [{"PutRequest": {"Item": key(f"{number}")}} for number in range(26)]
    with pytest.raises(ClientError, match="Too many items requested for the BatchWriteItem call"):
        dynamodb.batch_write_item(RequestItems={table: puts})
    assert dynamodb.scan(TableName=table)["Count"] == 0
    dynamodb.batch_write_item(RequestItems={table: puts[:25]})
    with pytest.raises(ClientError, match="Too many items requested for the BatchGetItem call"):
        dynamodb.batch_get_item(RequestItems={table: {"Keys": [key(f"{number}") for number in range(101)]}})
    found = dynamodb.batch_get_item(RequestItems={table: {"Keys": [key(f"{number}") for number in range(100)]}})
    assert len(found["Responses"][table]) == 25


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
    code, message = refused(error)
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
