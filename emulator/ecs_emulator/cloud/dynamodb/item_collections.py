"""Item collections of DynamoDB: items of one partition, in tables that have local indexes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ItemCollections
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from ecs_emulator.cloud.dynamodb.keys import touched

_GIGABYTE = 2**30


def tell_metrics(name: str, answered: dict[str, Any], backend: Any, given: Mapping[str, Any]) -> None:
    """Put the sizes of the collections that a write was about into its answer, where they are asked for."""
    answered.pop("ItemCollectionMetrics", None)
    if given.get("ReturnItemCollectionMetrics") != "SIZE":
        return
    metrics: dict[str, list[dict[str, Any]]] = {}
    for table, key in touched(name, backend, given):
        told = {"ItemCollectionKey": {table.hash_key_attr: key[table.hash_key_attr]}}
        if table.indexes and told["ItemCollectionKey"] not in [
            each["ItemCollectionKey"] for each in metrics.get(table.name, ())
        ]:
            metrics.setdefault(table.name, []).append({**told, "SizeEstimateRangeGB": _range(table, key)})
    if metrics:
        answered["ItemCollectionMetrics"] = metrics[next(iter(metrics))][0] if "TableName" in given else metrics


def _range(table: Table, key: Mapping[str, Any]) -> list[float]:
    items: Any = table.items.get(DynamoType(key[table.hash_key_attr]), {})
    gigabytes = sum(item.size() for item in items.values()) // _GIGABYTE
    return [float(gigabytes), float(gigabytes + 1)]
