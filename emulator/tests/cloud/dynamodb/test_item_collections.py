"""Item collections of DynamoDB by an unmodified client: their sizes, in tables with local indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.tests.cloud.dynamodb.items import key, update_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_sizes_of_item_collections_are_told_where_they_are_asked_for(
    dynamodb: DynamoDBClient, five: str, table_name: str
) -> None:
    size: Any = {"ReturnItemCollectionMetrics": "SIZE"}
    metrics = {"ItemCollectionKey": {"p": {"S": "p"}}, "SizeEstimateRangeGB": [0.0, 1.0]}
    puts: Any = [{"PutRequest": {"Item": key(name)}} for name in "ab"]
    without: Any = [{"PutRequest": {"Item": {"Id": {"S": "a"}}}}]
    actions: Any = [update_of(five, "a", "REMOVE x"), {"Delete": {"TableName": five, "Key": key("b")}}]
    for write, told_of in (
        (lambda **given: dynamodb.put_item(TableName=five, Item=key(), **given), metrics),
        (
            lambda **given: dynamodb.update_item(TableName=five, Key=key(), UpdateExpression="REMOVE x", **given),
            metrics,
        ),
        (lambda **given: dynamodb.delete_item(TableName=five, Key=key(), **given), metrics),
        (
            lambda **given: dynamodb.batch_write_item(RequestItems={five: puts, table_name: without}, **given),
            {five: [metrics]},
        ),
        (lambda **given: dynamodb.transact_write_items(TransactItems=actions, **given), {five: [metrics]}),
    ):
        assert write(**size)["ItemCollectionMetrics"] == told_of
        assert "ItemCollectionMetrics" not in write()
    other = dynamodb.put_item(TableName=table_name, Item={"Id": {"S": "b"}}, **size)
    assert "ItemCollectionMetrics" not in other
