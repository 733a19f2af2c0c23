"""Keys of DynamoDB's items: complete, of the types that the table defines, neither empty nor too long.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-partition-sort-keys
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from moto.dynamodb.exceptions import HashKeyTooLong, MockValidationException, RangeKeyTooLong
from moto.dynamodb.models.table import Table

from ecs_emulator.cloud.dynamodb.attribute_values import not_of_one_type
from ecs_emulator.cloud.operand_types import ordinal

Attributes = Mapping[str, Mapping[str, Any]]

NO_KEY = "The provided key element does not match the schema"
_INVALID = "One or more parameter values were invalid: "
_LONGEST = {"HASH": 2048, "RANGE": 1024}  # bytes
_WORDS = {"S": "string", "B": "binary"}


def attribute_types(table: Table) -> dict[str, str]:
    """Types of the attributes that a table defines, by name."""
    return {each["AttributeName"]: each["AttributeType"] for each in table.attr}


def key_names(table: Table, index: str | None = None) -> list[str]:
    """Names of a table's key attributes; with an index, those of the index first."""
    own = [each["AttributeName"] for each in table.get_index(index, error_if_not=True).schema] if index else []
    return list(dict.fromkeys([*own, *table.table_key_attrs]))


def check_key(table: Table, key: Attributes) -> None:
    """Raises MockValidationException for what is not the key of an item."""
    if set(key) != set(table.table_key_attrs):
        raise MockValidationException(NO_KEY)
    types = attribute_types(table)
    if any(types[name] not in value for name, value in key.items()):
        raise MockValidationException(NO_KEY)
    _check_contents(table, key)


def check_item(table: Table, item: Attributes) -> None:
    """Raises MockValidationException for what a table or one of its indexes does not take."""
    types = attribute_types(table)
    for name in table.table_key_attrs:
        if name not in item:
            raise MockValidationException(f"{_INVALID}Missing the key {name} in the item")
        if types[name] not in item[name]:
            actual = next(iter(item[name]))
            raise MockValidationException(
                f"{_INVALID}Type mismatch for key {name} expected: {types[name]} actual: {actual}"
            )
    _check_contents(table, item)
    check_index_keys(table, item)


def check_index_keys(table: Table, item: Attributes) -> None:
    """Raises MockValidationException for an attribute that an index is by, of another type or empty."""
    types = attribute_types(table)
    for index in table.all_indexes():
        for name in index.schema_key_attrs:
            if name not in item:
                continue
            ((actual, content),) = item[name].items()
            if actual != types[name]:
                raise MockValidationException(
                    f"{_INVALID}Type mismatch for Index Key {name} Expected: {types[name]} Actual: {actual} "
                    f"IndexName: {index.name}"
                )
            if actual in _WORDS and not content:
                raise MockValidationException(
                    "One or more parameter values are not valid. A value specified for a secondary index key is not "
                    f"supported. The AttributeValue for a key attribute cannot contain an empty {_WORDS[actual]} "
                    f"value. IndexName: {index.name}, IndexKey: {name}"
                )


def are_distinct(keys: Iterable[tuple[Table, Attributes]]) -> bool:
    """False where a table has one of the keys twice."""
    seen = [(table.name, repr(sorted(key.items()))) for table, key in keys]
    return len(set(seen)) == len(seen)


def key_of(table: Table, item: Attributes) -> dict[str, Any]:
    """The key of an item; empty for one that has none."""
    return {name: item[name] for name in table.table_key_attrs if name in item}


def batch(backend: Any, tables: Mapping[str, Any]) -> Sequence[tuple[Table, str, dict[str, Any]]]:
    """The parts of a batch: table, kind (`PutRequest`, `DeleteRequest`, `Get`), item or key.

    Raises MockValidationException, and ResourceNotFoundException for a table that is not there.
    """
    parts = []
    for name, requests in tables.items():
        table = backend.get_table(name)
        if isinstance(requests, dict):
            parts += [(table, "Get", key) for key in requests.get("Keys", ())]
            continue
        for request in requests:
            if len(request) != 1:
                raise not_of_one_type(request)
            ((kind, content),) = request.items()
            parts.append((table, kind, content.get("Item") or content.get("Key") or {}))
    return parts


def touched(name: str, backend: Any, given: Mapping[str, Any]) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Tables and keys of the items that a request is about; of a search nobody knows them yet."""
    if "TransactItems" in given:
        for each in given["TransactItems"]:
            ((kind, asked),) = each.items()
            table = backend.get_table(asked["TableName"])
            yield table, key_of(table, asked["Item"] if kind == "Put" else asked["Key"])
    elif "RequestItems" in given:
        for table, _, content in batch(backend, given["RequestItems"]):
            yield table, key_of(table, content)
    elif name not in ("query", "scan"):
        table = backend.get_table(given["TableName"])
        yield table, key_of(table, given.get("Item") or given["Key"])


def check_batch(backend: Any, tables: Mapping[str, Any]) -> None:
    """Raises what `batch` does, and MockValidationException for keys that are none, or the same."""
    parts = batch(backend, tables)
    for table, kind, content in parts:
        check_key(table, key_of(table, content) if kind == "PutRequest" else content)
        if kind == "PutRequest":
            check_item(table, content)
    if not are_distinct((table, key_of(table, content)) for table, _, content in parts):
        raise MockValidationException("Provided list of item keys contains duplicates")


def _check_contents(table: Table, key: Attributes) -> None:
    for each in table.schema:
        ((kind, content),) = key[each["AttributeName"]].items()
        if kind not in _WORDS:
            continue
        size = len(ordinal({kind: content}))
        if not size:
            raise MockValidationException(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                f"empty {_WORDS[kind]} value. Key: {each['AttributeName']}"
            )
        if size > _LONGEST[each["KeyType"]]:
            raise HashKeyTooLong if each["KeyType"] == "HASH" else RangeKeyTooLong
