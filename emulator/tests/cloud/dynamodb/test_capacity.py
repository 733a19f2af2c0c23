"""Capacity that requests to DynamoDB consume, by an unmodified client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.tests.cloud.dynamodb.items import key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_capacity_is_told_where_it_is_asked_for(dynamodb: DynamoDBClient, table: str) -> None:
    item: Any = {**key(), "x": {"S": "x" * 2_000}}
    written = dynamodb.put_item(TableName=table, Item=item, ReturnConsumedCapacity="TOTAL")
    assert written["ConsumedCapacity"] == {"TableName": table, "CapacityUnits": 2.0}
    indexed: Any = {**item, "g": {"S": "g"}, "n": {"N": "1"}}
    written = dynamodb.put_item(TableName=table, Item=indexed, ReturnConsumedCapacity="INDEXES")
    assert written["ConsumedCapacity"] == {
        "TableName": table,
        "CapacityUnits": 5.0,
        "Table": {"CapacityUnits": 2.0},
        "GlobalSecondaryIndexes": {"ByG": {"CapacityUnits": 1.0}},
        "LocalSecondaryIndexes": {"ByN": {"CapacityUnits": 2.0}},
    }
    moved = dynamodb.update_item(
        TableName=table,
        Key=key(),
        UpdateExpression="SET g = :g",
        ExpressionAttributeValues={":g": {"S": "h"}},
        ReturnConsumedCapacity="INDEXES",
    )
    assert moved["ConsumedCapacity"]["GlobalSecondaryIndexes"] == {"ByG": {"CapacityUnits": 2.0}}
    for consistent, units in ((False, 0.5), (True, 1.0)):
        read = dynamodb.get_item(TableName=table, Key=key(), ConsistentRead=consistent, ReturnConsumedCapacity="TOTAL")
        assert read["ConsumedCapacity"] == {"TableName": table, "CapacityUnits": units}
    get: Any = {"Get": {"TableName": table, "Key": key()}}
    transaction = dynamodb.transact_get_items(TransactItems=[get], ReturnConsumedCapacity="TOTAL")
    assert transaction["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 2.0}]
    batch: Any = {table: {"Keys": [key(), key("b")], "ConsistentRead": True}}
    assert dynamodb.batch_get_item(RequestItems=batch, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"] == [
        {"TableName": table, "CapacityUnits": 2.0}
    ]
    put: Any = {"Put": {"TableName": table, "Item": key("c")}}
    assert dynamodb.transact_write_items(TransactItems=[put], ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"] == [
        {"TableName": table, "CapacityUnits": 2.0}
    ]
    found = dynamodb.query(
        TableName=table,
        IndexName="ByG",
        KeyConditionExpression="g = :g",
        ExpressionAttributeValues={":g": {"S": "h"}},
        ReturnConsumedCapacity="INDEXES",
    )
    assert found["ConsumedCapacity"] == {
        "TableName": table,
        "CapacityUnits": 0.5,
        "Table": {"CapacityUnits": 0.0},
        "GlobalSecondaryIndexes": {"ByG": {"CapacityUnits": 0.5}},
    }
    for silent in (
        dynamodb.update_item(TableName=table, Key=key(), UpdateExpression="REMOVE x"),
        dynamodb.delete_item(TableName=table, Key=key()),
        dynamodb.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": key()}}]}),
    ):
        assert "ConsumedCapacity" not in silent
