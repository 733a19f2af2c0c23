"""Statements of PartiQL together, in batches and transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from emulator.tests.cloud.dynamodb.items import item_of, told

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_each_statement_of_a_batch_is_on_its_own(dynamodb: DynamoDBClient, six: str) -> None:
    reads: Any = [
        {"Statement": f"SELECT s FROM \"{six}\" WHERE p='p' AND s='b'"},
        {"Statement": f'SELECT s FROM "{six}" WHERE p=? AND s=?', "Parameters": [{"S": "p"}, {"S": "none"}]},
        {"Statement": f"SELECT s FROM \"{six}\" WHERE p='p'"},
        {"Statement": "SELECT s FROM nowhere WHERE p='p'"},
        {"Statement": "SELECT"},
        {"Statement": f"SELECT s FROM \"{six}\".\"ByG\" WHERE p='p' AND s='b'"},
    ]
    responses = dynamodb.batch_execute_statement(Statements=reads)["Responses"]
    assert responses[:2] == [{"TableName": six, "Item": {"s": {"S": "b"}}}, {"TableName": six}]
    assert [each["Error"]["Code"] for each in responses[2:]] == [
        "ValidationError",
        "ResourceNotFound",
        "ValidationError",
        "ValidationError",
    ]
    assert "must specify the primary key in the where clause" in responses[2]["Error"]["Message"]
    writes: Any = [
        {"Statement": f"INSERT INTO \"{six}\" VALUE {{'p': 'p', 's': 'a'}}"},
        {
            "Statement": f"UPDATE \"{six}\" SET n=7 WHERE p='p' AND s='a' AND n=3",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
        {"Statement": f"DELETE FROM \"{six}\" WHERE p='p' AND s='e' RETURNING ALL OLD *"},
    ]
    e = item_of(dynamodb, six, "e")
    responses = dynamodb.batch_execute_statement(Statements=writes)["Responses"]
    assert [each.get("Error", {}).get("Code") for each in responses] == [
        "DuplicateItem",
        "ConditionalCheckFailed",
        None,
    ]
    assert responses[1]["Error"]["Item"] == item_of(dynamodb, six)
    assert responses[2]["Item"] == e
    with pytest.raises(ClientError, match="does not support both read and write operations in the same request"):
        dynamodb.batch_execute_statement(Statements=[reads[0], writes[0]])


def test_a_transaction_of_statements_is_done_whole_or_not_at_all(dynamodb: DynamoDBClient, six: str) -> None:
    insert: Any = {"Statement": f"INSERT INTO \"{six}\" VALUE {{'p': 'p', 's': ?}}", "Parameters": [{"S": "x"}]}
    again: Any = {**insert, "Parameters": [{"S": "a"}]}
    update: Any = {"Statement": f"UPDATE \"{six}\" SET n = 9 WHERE p='p' AND s='b'"}
    exists: Any = {"Statement": f"EXISTS(SELECT * FROM \"{six}\" WHERE p='p' AND s='c' AND only IS MISSING)"}
    delete: Any = {"Statement": f"DELETE FROM \"{six}\" WHERE p='p' AND s='d' AND n=7"}
    before = dynamodb.scan(TableName=six)["Items"]
    with pytest.raises(ClientError) as error:
        dynamodb.execute_transaction(TransactStatements=[insert, again, update, exists, delete])
    assert told(error)[0] == "TransactionCanceledException"
    response: Any = error.value.response
    assert [each["Code"] for each in response["CancellationReasons"]] == [
        *("None", "DuplicateItem", "None", "None"),
        "ConditionalCheckFailed",
    ]
    assert dynamodb.scan(TableName=six)["Items"] == before
    done = dynamodb.execute_transaction(TransactStatements=[insert, update, exists], ClientRequestToken="one")
    assert done["Responses"] == []
    assert item_of(dynamodb, six, "b")["n"] == {"N": "9"}
    # With its token it is not done again, and nothing else is done under it.
    dynamodb.execute_transaction(TransactStatements=[insert, update, exists], ClientRequestToken="one")
    with pytest.raises(ClientError) as error:
        dynamodb.execute_transaction(TransactStatements=[update], ClientRequestToken="one")
    assert told(error)[0] == "IdempotentParameterMismatchException"


def test_a_transaction_reads_items_by_their_keys(dynamodb: DynamoDBClient, six: str) -> None:
    read: Any = {"Statement": f'SELECT n FROM "{six}" WHERE p=? AND s=?', "Parameters": [{"S": "p"}, {"S": "b"}]}
    nobody: Any = {"Statement": f"SELECT * FROM \"{six}\" WHERE p='p' AND s='none'"}
    responses = dynamodb.execute_transaction(TransactStatements=[read, nobody])["Responses"]
    assert responses == [{"Item": {"n": {"N": "1"}}}, {}]
    for statement, message in (
        (
            f"SELECT * FROM \"{six}\" WHERE p='p'",
            r"Validation failed in TransactStatements\[1\]: Select statements within ExecuteTransaction must spec",
        ),
        (f"SELECT * FROM \"{six}\".\"ByG\" WHERE p='p' AND s='a'", "Reads on indices are not supported"),
        (f"DELETE FROM \"{six}\" WHERE p='p' AND s='a'", "does not support both read and write operations"),
    ):
        with pytest.raises(ClientError, match=message):
            dynamodb.execute_transaction(TransactStatements=[nobody, {"Statement": statement}])
    for statement, message in (
        (f"DELETE FROM \"{six}\" WHERE p='p' AND s='a' RETURNING ALL OLD *", "RETURNING is not supported"),
        (f"EXISTS(SELECT * FROM \"{six}\" WHERE p='p' AND s='a')", "with additional condition"),
        ("SELEC", "wasn't well formed"),
    ):
        with pytest.raises(ClientError, match=message):
            dynamodb.execute_transaction(TransactStatements=[{"Statement": statement}])
