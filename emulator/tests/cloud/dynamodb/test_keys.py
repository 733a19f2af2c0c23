"""Keys of DynamoDB by an unmodified client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from emulator.tests.cloud.dynamodb.items import key, told

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ({"g": {"N": "1"}}, "Type mismatch for Index Key g Expected: S Actual: N IndexName: ByG"),
        ({"g": {"NULL": True}}, "Type mismatch for Index Key g Expected: S Actual: NULL IndexName: ByG"),
        ({"n": {"S": "1"}}, "Type mismatch for Index Key n Expected: N Actual: S IndexName: ByN"),
        ({"g": {"S": ""}}, "cannot contain an empty string value. IndexName: ByG, IndexKey: g"),
        ({"s": {"N": "1"}}, "Type mismatch for key s expected: S actual: N"),
        ({"p": {"S": ""}}, "cannot contain an empty string value. Key: p"),
        ({"p": {"S": "x" * 2049}}, "Size of hashkey has exceeded the maximum size limit of2048 bytes"),
        ({"s": {"S": "é" * 513}}, "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"),
    ],
)
def test_an_item_has_keys_of_the_types_that_are_defined(
    dynamodb: DynamoDBClient, table: str, item: Any, sentence: str
) -> None:
    # A batch looks at keys as those of what is deleted.
    of_batch = "The provided key element does not match the schema" if "for key" in sentence else sentence
    for write, words in (
        (lambda: dynamodb.put_item(TableName=table, Item={**key(), **item}), sentence),
        (
            lambda: dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": {**key(), **item}}}]}),
            of_batch,
        ),
    ):
        with pytest.raises(ClientError) as error:
            write()
        assert told(error)[0] == "ValidationException"
        assert words in told(error)[1]
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": {**key(), **item}}}])
    # What is empty is seen before anybody looks at the table.
    if "empty" not in sentence:
        assert told(error)[0] == "TransactionCanceledException"
        reasons = error.value.response["CancellationReasons"]
        assert reasons[0]["Code"] == "ValidationError"
        assert sentence in reasons[0]["Message"]
    assert dynamodb.scan(TableName=table)["Count"] == 0


@pytest.mark.parametrize(
    "given",
    [
        {"p": {"S": "p"}},
        {**key(), "x": {"S": "x"}},
        {"p": {"N": "1"}, "s": {"S": "a"}},
        {"p": {"S": "p"}, "g": {"S": "g"}},
    ],
)
def test_a_key_that_is_none_of_the_table_is_refused(dynamodb: DynamoDBClient, table: str, given: Any) -> None:
    for call in (
        lambda: dynamodb.get_item(TableName=table, Key=given),
        lambda: dynamodb.delete_item(TableName=table, Key=given),
        lambda: dynamodb.update_item(TableName=table, Key=given, UpdateExpression="REMOVE a"),
        lambda: dynamodb.batch_get_item(RequestItems={table: {"Keys": [given]}}),
        lambda: dynamodb.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": given}}]}),
        lambda: dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": table, "Key": given}}]),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert told(error) == ("ValidationException", "The provided key element does not match the schema")
