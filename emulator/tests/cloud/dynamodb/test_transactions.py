"""Transactions of DynamoDB by an unmodified client: all or nothing, once for a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from ecs_emulator.cloud.dynamodb import idempotency
from emulator.tests.cloud.dynamodb.items import key, records, told, update_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def _added(table: str, by: str = "1") -> Any:
    return update_of(table, "a", "ADD n :n", n={"N": by})


def test_a_transaction_with_a_token_is_carried_out_once(dynamodb: DynamoDBClient, table: str) -> None:
    for _ in range(3):
        dynamodb.transact_write_items(TransactItems=[_added(table)], ClientRequestToken=f"token-{table}")
    assert dynamodb.get_item(TableName=table, Key=key())["Item"]["n"] == {"N": "1"}
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=[_added(table, "2")], ClientRequestToken=f"token-{table}")
    assert told(error)[0] == "IdempotentParameterMismatchException"
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
    assert told(error)[0] == "IdempotentParameterMismatchException"


def test_a_token_is_forgotten_after_ten_minutes(
    dynamodb: DynamoDBClient, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for now, number in ((0.0, "1"), (600.0, "1"), (600.1, "2")):
        monkeypatch.setattr(idempotency, "monotonic", lambda now=now: now)
        dynamodb.transact_write_items(TransactItems=[_added(table)], ClientRequestToken=f"late-{table}")
        assert dynamodb.get_item(TableName=table, Key=key())["Item"]["n"] == {"N": number}


def test_a_transaction_that_failed_may_be_tried_again_with_its_token(dynamodb: DynamoDBClient, table: str) -> None:
    exists: Any = {
        "ConditionCheck": {"TableName": table, "Key": key("b"), "ConditionExpression": "attribute_exists(p)"}
    }
    both = [_added(table), exists]
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=both, ClientRequestToken=f"again-{table}")
    assert told(error)[0] == "TransactionCanceledException"
    reasons = error.value.response["CancellationReasons"]
    assert [each["Code"] for each in reasons] == ["None", "ConditionalCheckFailed"]
    dynamodb.put_item(TableName=table, Item=key("b"))
    dynamodb.transact_write_items(TransactItems=both, ClientRequestToken=f"again-{table}")
    assert dynamodb.get_item(TableName=table, Key=key())["Item"]["n"] == {"N": "1"}


def test_a_cancelled_transaction_has_a_reason_for_each_action_in_order(dynamodb: DynamoDBClient, five: str) -> None:
    before = dynamodb.scan(TableName=five)["Items"]
    check: Any = {"TableName": five, "Key": key("b"), "ConditionExpression": "attribute_not_exists(p)"}
    actions: Any = [
        {"Put": {"TableName": five, "Item": key("new")}},
        {"ConditionCheck": {**check, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}},
        {"ConditionCheck": {**check, "Key": key("c")}},
    ]
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=actions)
    assert told(error) == (
        "TransactionCanceledException",
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, ConditionalCheckFailed, ConditionalCheckFailed]",
    )
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert error.value.response["CancellationReasons"] == [
        {"Code": "None"},
        {**failed, "Item": {**key("b"), "n": {"N": "1"}, "g": {"S": "g"}}},
        failed,
    ]
    assert dynamodb.scan(TableName=five)["Items"] == before
    assert len(records(five)) == 5


@pytest.mark.parametrize(
    ("expression", "values", "sentence"),
    [
        ("SET x = y", {}, "The provided expression refers to an attribute that does not exist in the item"),
        ("ADD g :v", {"v": {"N": "1"}}, "An operand in the update expression has an incorrect data type"),
        ("SET g = :v", {"v": {"N": "1"}}, "Type mismatch"),
    ],
)
def test_an_update_that_the_item_does_not_take_cancels_its_transaction(
    dynamodb: DynamoDBClient, five: str, expression: str, values: Any, sentence: str
) -> None:
    before = dynamodb.scan(TableName=five)["Items"]
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(
            TransactItems=[update_of(five, "a", "SET x = :x", x={"S": "x"}), update_of(five, "b", expression, **values)]
        )
    assert told(error)[0] == "TransactionCanceledException"
    reasons = error.value.response["CancellationReasons"]
    assert [each["Code"] for each in reasons] == ["None", "ValidationError"]
    assert sentence in reasons[1]["Message"]
    assert dynamodb.scan(TableName=five)["Items"] == before
    assert len(records(five)) == 5


def test_an_expression_that_is_none_is_no_matter_of_a_transaction(dynamodb: DynamoDBClient, five: str) -> None:
    for expression in ("SET", "SET x = ", "x", "SET x = :undefined"):
        with pytest.raises(ClientError) as error:
            dynamodb.transact_write_items(TransactItems=[update_of(five, "a", expression)])
        assert told(error)[0] == "ValidationException"
        assert told(error)[1].startswith("Invalid UpdateExpression: ")


def test_a_transaction_reads_what_is_asked_for_and_no_item_twice(dynamodb: DynamoDBClient, five: str) -> None:
    get: Any = {"TableName": five, "Key": key(), "ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": "n"}}
    found = dynamodb.transact_get_items(TransactItems=[{"Get": get}])
    assert found["Responses"] == [{"Item": {"n": {"N": "0"}}}]
    with pytest.raises(ClientError, match="cannot include multiple operations on one item"):
        dynamodb.transact_get_items(TransactItems=[{"Get": get}, {"Get": get}])


def test_a_client_token_has_36_characters_at_most(dynamodb: DynamoDBClient, table: str) -> None:
    put: Any = {"Put": {"TableName": table, "Item": key()}}
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=[put], ClientRequestToken="x" * 37)
    assert told(error)[0] == "ValidationException"
    assert (
        "'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36"
        in (told(error)[1])
    )


def test_a_transaction_has_a_hundred_actions_at_most(dynamodb: DynamoDBClient, five: str) -> None:
    gets: Any = [{"Get": {"TableName": five, "Key": key(f"{number}")}} for number in range(101)]
    with pytest.raises(ClientError, match="less than or equal to 100"):
        dynamodb.transact_get_items(TransactItems=gets)
    found = dynamodb.transact_get_items(TransactItems=[*gets[:99], {"Get": {"TableName": five, "Key": key("a")}}])
    assert [bool(each.get("Item")) for each in found["Responses"]] == [False] * 99 + [True]
