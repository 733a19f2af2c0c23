"""The rows of DynamoDB's tables, and the definitions of the tables."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from decimal import Context
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item

from ecs_emulator.cloud.durable.codec import container, decoded, encoded, fields_of, parts, set_fields
from ecs_emulator.cloud.durable.database import Cell, Database, Document
from ecs_emulator.cloud.durable.kind import Plain

_MADE_WITH = (
    "schema",
    "attr",
    "throughput",
    "billing_mode",
    "sse_specification",
    "tags",
    "deletion_protection_enabled",
    "warm_throughput",
)
_SET_LATER = (
    *("created_at", "ttl", "continuous_backups", "latest_stream_label"),
    *("on_demand_throughput", "table_class"),
)
_EXACT = Context(prec=64)  # digits; DynamoDB takes 38
_INDEX = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput", "WarmThroughput")


def table_of(container: str) -> Any:
    """moto's table, None when there is none."""
    account, region, name = parts(container)
    return dynamodb_backends[account][region].tables.get(name)


def found(account: str, region: str, name: str) -> str:
    """The container of a table by its name or its ARN."""
    return container(account, region, name.rpartition("table/")[2] if name.startswith("arn:") else name)


def row_cell(container: str, attributes: Any) -> Cell | None:
    """The cell of a row by its attributes, those of its key at least; None for what no such table has."""
    table = table_of(container)
    with suppress(Exception):  # nonsense, which moto refuses
        names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
        return Cell("row", container, json.dumps([_key(DynamoType(_sent(attributes[name]))) for name in names]))
    return None


def _sent(value: Any) -> Any:
    """A value as moto holds it, by the way in which a client sends it: bytes in base64."""
    return {"B": base64.b64decode(value["B"])} if isinstance(value.get("B"), str) else value


def _key(value: Any) -> list[Any]:
    """Equal for what moto takes for one key: 1 and 1.0."""
    return [value.type, str(value.cast_value.normalize(_EXACT)) if value.type == "N" else encoded(value.value)]


def _plain(value: Any) -> dict[str, Any]:
    if value.is_list():
        return {value.type: [_plain(each) for each in value.value]}
    if value.is_map():
        return {value.type: {name: _plain(each) for name, each in value.value.items()}}
    return {value.type: encoded(value.value)}


def _made(document: dict[str, Any]) -> dict[str, Any]:
    """The other way round. No `decoded` for a whole row: a map of somebody's may have a `$bytes` of its own."""
    [(type_name, value)] = document.items()
    if type_name == "L":
        return {type_name: [_made(each) for each in value]}
    if type_name == "M":
        return {type_name: {name: _made(each) for name, each in value.items()}}
    return {type_name: decoded(value)}


class Rows(Plain):
    name = "row"

    def containers(self) -> Iterable[str]:
        return Tables().containers()

    def cells(self, container: str) -> Iterator[Cell]:
        table = table_of(container)
        for item in table.all_items() if table else ():
            cell = row_cell(container, {name: _plain(value) for name, value in item.attrs.items()})
            if cell:
                yield cell

    def document(self, cell: Cell) -> Document | None:
        table = table_of(cell.container)
        item = table and table.get_item(*self._keys(cell))
        return {name: _plain(value) for name, value in item.attrs.items()} if item else None

    def put(self, cell: Cell, document: Document | None, database: Database) -> None:  # noqa: ARG002
        table = table_of(cell.container)
        hash_key, range_key = self._keys(cell)
        if document is None:
            (table.items.get(hash_key, {}) if range_key else table.items).pop(range_key or hash_key, None)
            return
        attributes = {name: _made(value) for name, value in document.items()}
        # The key as it was written, which is shown.
        own = DynamoType(attributes[table.hash_key_attr])
        item = Item(own, DynamoType(attributes[table.range_key_attr]) if range_key else None, attributes)
        if range_key:
            table.items[own][item.range_key] = item
        else:
            table.items[own] = item

    def _keys(self, cell: Cell) -> tuple[Any, Any]:
        keys = [DynamoType({type_name: decoded(value)}) for type_name, value in json.loads(cell.key)]
        return keys[0], keys[1] if len(keys) > 1 else None


class Tables(Plain):
    """Made again with its rows where somebody made it by hand; where a template makes it, its rows come back."""

    name = "table"

    def containers(self) -> Iterable[str]:
        for account, regions in list(dynamodb_backends.items()):
            for region, backend in list(regions.items()):
                yield from (container(account, region, name) for name in list(backend.tables))

    def cells(self, container: str) -> Iterator[Cell]:
        if table_of(container):
            yield Cell(self.name, container, "")

    def document(self, cell: Cell) -> Document | None:
        table = table_of(cell.container)
        if table is None:
            return None
        return {
            **fields_of(table, (*_MADE_WITH, *_SET_LATER)),
            "indexes": [_index(each) for each in table.indexes],
            "global_indexes": [_index(each) for each in table.global_indexes],
            "streams": encoded(table.stream_specification),
        }

    def put(self, cell: Cell, document: Document | None, database: Database) -> None:  # noqa: ARG002
        account, region, name = parts(cell.container)
        backend = dynamodb_backends[account][region]
        before = backend.tables.pop(name, None)
        if document is None:
            return
        arguments: dict[str, Any] = {each: document.get(each) for each in _MADE_WITH}
        arguments["streams"] = document["streams"] if (document["streams"] or {}).get("StreamEnabled") else None
        arguments |= {each: document[each] for each in ("indexes", "global_indexes")}
        table = backend.create_table(name=name, **arguments)
        set_fields(table, document, _SET_LATER)
        if before:
            table.items = before.items

    def fits(self, container: str, document: Document) -> bool:
        """True when the table that is there now has the key of the one that was kept."""
        table = table_of(container)
        types = {each["AttributeName"]: each["AttributeType"] for each in document["attr"]}
        kept = [(each["AttributeName"], each["KeyType"], types[each["AttributeName"]]) for each in document["schema"]]
        now = {each["AttributeName"]: each["AttributeType"] for each in table.attr}
        return kept == [(each["AttributeName"], each["KeyType"], now[each["AttributeName"]]) for each in table.schema]


def _index(index: Any) -> Document:
    described = index.describe()
    return {name: encoded(described[name]) for name in _INDEX if name in described}
