"""Capacity of DynamoDB: the units that a request has consumed, of its tables and of their indexes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import LocalSecondaryIndex, SecondaryIndex, Table

from ecs_emulator.cloud.dynamodb.keys import touched
from ecs_emulator.cloud.dynamodb.searches import bytes_read
from ecs_emulator.cloud.dynamodb.updates import find

_READ, _WRITE = 4096, 1024  # bytes of a unit
Units = dict[str, dict[str, float]]  # by table, and by index; that of the table itself is under ""


def with_capacity(name: str, answer: Callable[[], Any], backend: Any, given: Mapping[str, Any]) -> Any:
    """An answer with the units that were consumed, where they are asked for. Raises what `answer` does."""
    wanted = given.get("ReturnConsumedCapacity") or "NONE"
    if wanted == "NONE":
        answered = answer()
        answered.result.pop("ConsumedCapacity", None)
        return answered
    items = list(touched(name, backend, given))
    before = [copy.deepcopy(find(*each)) for each in items]
    answered = answer()
    units: Units = {}
    if name in ("query", "scan"):
        _add(units, *_searched(backend, given))
    elif name in ("get_item", "batch_get_item", "transact_get_items"):
        for (table, _), item in zip(items, before, strict=True):
            read = given.get("RequestItems", {}).get(table.name, given).get("ConsistentRead")
            factor = 2 if name.startswith("transact") else 1 if read else 0.5
            _add(units, table.name, "", _rounded(item.size() if item else 0, _READ) * factor)
    else:
        factor = 2 if name.startswith("transact") else 1
        for (table, key), old in zip(items, before, strict=True):
            new = find(table, key)
            size = max((each.size() for each in (old, new) if each), default=0)
            _add(units, table.name, "", _rounded(size, _WRITE) * factor)
            for index in table.all_indexes():
                _add(units, table.name, index.name, _of_index(index, old, new) * factor)
    told = [_told(backend.get_table(table), each, wanted) for table, each in units.items()]
    is_one = "TableName" in given
    answered.result["ConsumedCapacity"] = told[0] if is_one else told
    return answered


def _searched(backend: Any, given: Mapping[str, Any]) -> tuple[str, str, float]:
    table = backend.get_table(given["TableName"])
    factor = 1 if given.get("ConsistentRead") else 0.5
    return table.name, given.get("IndexName", ""), _rounded(bytes_read(table), _READ) * factor


def _rounded(size: int, unit: int) -> int:
    """Units of so many bytes; that nothing was found is read as well."""
    return max(1, ceil(size / unit))


def _of_index(index: SecondaryIndex, old: Item | None, new: Item | None) -> float:
    """Units that a write costs in an index: none where it does not change what is in there, two where it moves."""
    before, after = _in_index(index, old), _in_index(index, new)
    if before is None and after is None:
        return 0
    if before is None or after is None:
        changed = before or after
        return _rounded(changed.size(), _WRITE) if changed else 0
    if before.attrs == after.attrs:
        return 0
    if any(before.attrs[name] != after.attrs[name] for name in index.schema_key_attrs):
        return _rounded(before.size(), _WRITE) + _rounded(after.size(), _WRITE)
    return _rounded(max(before.size(), after.size()), _WRITE)


def _in_index(index: SecondaryIndex, item: Item | None) -> Item | None:
    if item is None or any(name not in item.attrs for name in index.schema_key_attrs):
        return None
    return index.project(item)


def _add(units: Units, table: str, index: str, count: float) -> None:
    of_table = units.setdefault(table, {"": 0.0})
    if count:
        of_table[index] = of_table.get(index, 0.0) + count


def _told(table: Table, units: Mapping[str, float], wanted: str) -> dict[str, Any]:
    told: dict[str, Any] = {"TableName": table.name, "CapacityUnits": sum(units.values())}
    if wanted == "INDEXES":
        told["Table"] = {"CapacityUnits": units[""]}
        for index in table.all_indexes():
            kind = "LocalSecondaryIndexes" if isinstance(index, LocalSecondaryIndex) else "GlobalSecondaryIndexes"
            if index.name in units:
                told.setdefault(kind, {})[index.name] = {"CapacityUnits": units[index.name]}
    return told
