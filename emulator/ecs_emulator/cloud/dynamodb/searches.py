"""Searches of DynamoDB, Query and Scan: conditions on keys, where a page begins and ends, what it has read.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
"""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import table as moto_table
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import LocalSecondaryIndex, Table

from ecs_emulator.cloud.dynamodb.keys import attribute_types, check_key, key_names
from ecs_emulator.cloud.dynamodb.projections import attributes
from ecs_emulator.cloud.expression_tokens import attribute_names
from ecs_emulator.cloud.moto_overrides import override, replace
from ecs_emulator.cloud.operand_types import ordinal

_PAGE = 2**20  # bytes
# None of a condition on keys.
_OPERATOR = re.compile(r"(?<![:#.\w])(?:OR|NOT|IN)(?!\w)|<>")
_NO_START = "The provided starting key is invalid"
# Bytes that the last search has read, before its filter; one search is carried out at a time.
_READ = "bytes_read"
# True where the items of the search are fetched from the table, beside what its index has of them.
_FETCHES = "fetches_items"
_signature = cache(inspect.signature)


def install() -> None:
    """Search so from now on, in this process."""
    replace(moto_table, "RESULT_SIZE_LIMIT", _PAGE)
    override(Table, "query", _searched)
    override(Table, "scan", _searched)
    replace(Item, "is_within_segment", _is_within_segment)


def bytes_read(table: Table) -> int:
    return int(getattr(table, _READ, 0))


def check_search(table: Table, name: str, given: Mapping[str, Any]) -> None:
    """Raises MockValidationException for a filter on keys of a query, and for a start that is no key."""
    index = given.get("IndexName")
    if index and index not in [each.name for each in table.all_indexes()]:
        raise MockValidationException(f"The table does not have the specified index: {index}")
    if name == "query":
        own = key_names(table, index)[: len(table.get_index(index).schema)] if index else table.table_key_attrs
        _check_condition(given, own)
        filtered = attribute_names(given.get("FilterExpression", ""), given.get("ExpressionAttributeNames") or {})
        what = "Filter Expression"
        if "QueryFilter" in given:
            filtered, what = list(given["QueryFilter"]), "QueryFilter"
        if found := [each for each in own if each in filtered]:
            raise MockValidationException(
                f"{what} can only contain non-primary key attributes: Primary key attribute: {found[0]}"
            )
    setattr(table, _FETCHES, _is_fetched(table, index, given))
    if given.get("ExclusiveStartKey") is not None:
        _check_start(table, index, given["ExclusiveStartKey"], name)


def _is_fetched(table: Table, name: str | None, given: Mapping[str, Any]) -> bool:
    """Raises MockValidationException for attributes that a global index does not have.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.Projections
    """
    index = table.get_index(name) if name else None
    if index is None or index.projection["ProjectionType"] == "ALL":
        return False
    there = {*table.table_key_attrs, *index.schema_key_attrs, *index.projection.get("NonKeyAttributes", ())}
    expression, names = given.get("ProjectionExpression"), given.get("ExpressionAttributeNames") or {}
    asked = attributes(expression, names) if expression else []
    missing = [each for each in asked if each not in there]
    if isinstance(index, LocalSecondaryIndex):
        return bool(missing) or given.get("Select") == "ALL_ATTRIBUTES"
    if missing:
        raise MockValidationException(
            "One or more parameter values were invalid: "
            f"Global secondary index {index.name} does not project [{', '.join(missing)}]"
        )
    return False


def _check_condition(given: Mapping[str, Any], keys: Sequence[str]) -> None:
    """Raises MockValidationException; `keys` are the attributes of the schema that is searched."""
    expression = given.get("KeyConditionExpression")
    if expression is None:
        raise MockValidationException(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )
    if found := _OPERATOR.search(expression):
        raise MockValidationException(
            f"Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: {found[0]}"
        )
    names = attribute_names(expression, given.get("ExpressionAttributeNames") or {})
    if len(set(names)) < len(names):
        raise MockValidationException(
            "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key"
        )
    if len(names) > len(keys):
        raise MockValidationException(
            f"The number of query conditions ({len(names)}) exceeds the number of key attributes defined in the schema "
            f"({len(keys)})"
        )


def _check_start(table: Table, index: str | None, start: Mapping[str, Any], name: str) -> None:
    names, types = key_names(table, index), attribute_types(table)
    is_scan_of_table = name == "scan" and not index
    if set(start) != set(names):
        detail = ": The provided key element does not match the schema" if is_scan_of_table else ""
        raise MockValidationException(f"{_NO_START}{detail}")
    if any(types[each] not in start[each] for each in names):
        raise MockValidationException(f"{_NO_START}: The provided key element does not match the schema")
    try:
        check_key(table, {each: start[each] for each in table.table_key_attrs})
    except MockValidationException as error:
        raise MockValidationException(f"{_NO_START}: {error.message}") from error


def _searched(before: Any, table: Table, *args: Any, **kwargs: Any) -> Any:
    """A page that a limit ends has a last key, whether there is more behind it or not."""
    bound = _signature(before).bind(table, *args, **kwargs)
    bound.apply_defaults()
    given = bound.arguments
    index = given["index_name"]
    if "hash_key_conditions" in given:
        _check_conditions(table, given)
    elif given["exclusive_start_key"] is not None:
        _check_segment(table, given)
    condition, given["filter_expression"] = given["filter_expression"], None
    projection = next(each for each in given if each.startswith("projection_expression"))
    paths, given[projection] = given[projection], None
    items, scanned, last = before(*bound.args, **bound.kwargs)
    setattr(table, _READ, sum(item.size() for item in items))
    if getattr(table, _FETCHES, False):
        items = [table.get_item(item.hash_key, item.range_key) for item in items]
    if last is None and given["limit"] and scanned == given["limit"] and items:
        last = table._get_last_evaluated_key(items[-1], index)
    if condition is not None:
        items = [item for item in items if condition.expr(item)]
    if paths:
        items = [item.project(paths) for item in items]
    return items, scanned, last


def _check_conditions(table: Table, given: Mapping[str, Any]) -> None:
    """Raises MockValidationException for values of other types than the keys, and for a start that they do not meet."""
    types = attribute_types(table)
    hashes: list[tuple[str, DynamoType]] = given["hash_key_conditions"] or []
    ranges: list[tuple[str, str, list[DynamoType]]] = given["range_key_conditions"] or []
    for name, values in [(name, [value]) for name, value in hashes] + [(name, values) for name, _, values in ranges]:
        if any(value.type != types[name] for value in values):
            raise MockValidationException(
                "One or more parameter values were invalid: Condition parameter type does not match schema type"
            )
    for _, comparison, values in ranges:
        if comparison == "BETWEEN" and _ordinal(values[0]) > _ordinal(values[1]):
            raise MockValidationException(
                "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
            )
    start = given["exclusive_start_key"]
    if start is None:
        return
    if any(DynamoType(start[name]) != value for name, value in hashes):
        raise MockValidationException(
            "The query can return at most one row and cannot be restarted"
            if ranges
            else "The provided starting key is outside query boundaries based on provided conditions"
        )
    if any(not DynamoType(start[name]).compare(comparison, values) for name, comparison, values in ranges):
        raise MockValidationException("The provided starting key does not match the range key predicate")


def _check_segment(table: Table, given: Mapping[str, Any]) -> None:
    """Raises MockValidationException for a start in another segment than the one that is scanned."""
    segment, total = given["segments"]
    if segment is None:
        return
    start = Item(DynamoType(given["exclusive_start_key"][table.hash_key_attr]), None, {})
    if not start.is_within_segment((segment, total)):
        raise MockValidationException(
            f"{_NO_START}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
            f"TotalSegments: {total} Segment: {segment}"
        )


def _is_within_segment(item: Item, segments: tuple[None, None] | tuple[int, int]) -> bool:
    """A partition is in one segment, whatever its key is of: moto hashes none of bytes."""
    segment, total = segments
    if segment is None or total is None:
        return True
    key = item.hash_key.value
    digest = hashlib.md5(key if isinstance(key, bytes) else str(key).encode(), usedforsecurity=False).digest()
    return digest[0] % total == segment


def _ordinal(value: DynamoType) -> Any:
    return ordinal({value.type: value.value})
