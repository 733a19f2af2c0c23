"""Statements of PartiQL that write: an item that is there is not inserted again, one that is not there not updated.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.insert.html
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    ConditionalCheckFailed,
    DynamodbException,
    MockValidationException,
    ResourceNotFoundException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing import partiql
from py_partiql_parser import QueryMetadata

from ecs_emulator.cloud.dynamodb.keys import check_item, key_of
from ecs_emulator.cloud.dynamodb.throttling import check_statement
from ecs_emulator.cloud.dynamodb.transactions import NO_REASON, Reason, cancelled
from ecs_emulator.cloud.dynamodb.updates import find

_query = partiql.query
_execute = DynamoDBBackend.execute_statement


class DuplicateItem(DynamodbException):
    """Error of an INSERT of a key that is there."""

    def __init__(self) -> None:
        super().__init__(f"{ERROR_TYPE_PREFIX}DuplicateItemException", "Duplicate primary key exists in table")


def install() -> None:
    """Execute statements so from now on, in this process."""
    for name, own in (
        ("execute_statement", _executed),
        ("execute_transaction", _transaction),
        ("batch_execute_statement", _batch),
    ):
        setattr(DynamoDBBackend, name, own)


def _executed(
    backend: DynamoDBBackend, statement: str, parameters: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Raises DuplicateItem and ConditionalCheckFailed."""
    metadata = _metadata(statement)
    check_statement(backend, metadata.get_table_names())
    is_update = statement.lstrip()[:6].upper() == "UPDATE"

    def queried(*args: Any) -> Any:
        found, updates = _query(*args)
        for name, changes in updates.items():
            for before, after in changes:
                if after is not None:
                    check_item(backend.tables[name], after)
                if before is None and after is not None:
                    table = backend.tables[name]
                    if find(table, key_of(table, after)):
                        raise DuplicateItem
        if is_update and not any(updates.values()):
            raise ConditionalCheckFailed
        return found, updates

    partiql.query = queried  # type: ignore[assignment]
    try:
        return _execute(backend, statement, list(parameters))  # type: ignore[arg-type]
    finally:
        partiql.query = _query


def _transaction(backend: DynamoDBBackend, statements: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html"""
    before = {name: (copy.deepcopy(table.items), _records(table)) for name, table in backend.tables.items()}
    responses: list[dict[str, Any]] = []
    reasons: list[Reason] = []
    for each in statements:
        try:
            found = backend.execute_statement(statement=each["Statement"], parameters=each.get("Parameters", []))
        except ResourceNotFoundException:
            raise
        except JsonRESTError as error:
            reasons.append((_code(error), error.message, None))
        else:
            reasons.append(NO_REASON)
            responses += [{"Item": item} for item in found] or [{}]
    if any(code for code, _, _ in reasons):
        for name, (items, records) in before.items():
            backend.tables[name].items = items
            if shard := backend.tables[name].stream_shard:
                del shard.items[records:]
    cancelled(reasons)
    return responses


def _batch(backend: DynamoDBBackend, statements: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html"""
    return [_of_batch(backend, each) for each in statements]


def _of_batch(backend: DynamoDBBackend, given: Mapping[str, Any]) -> dict[str, Any]:
    metadata = _metadata(given["Statement"])
    table = backend.tables.get(metadata.get_table_names()[0])
    if table is None:
        return {"Error": {"Code": "ResourceNotFound", "Message": "Requested resource not found"}}
    response: dict[str, Any] = {"TableName": table.name}
    if metadata.is_select_query() and not set(table.table_key_attrs) <= set(metadata.get_filter_names()):
        message = "Select statements within BatchExecuteStatement must specify the primary key in the where clause."
        return {**response, "Error": {"Code": "ValidationError", "Message": message}}
    try:
        found = backend.execute_statement(statement=given["Statement"], parameters=given.get("Parameters", []))
    except JsonRESTError as error:
        return {**response, "Error": {"Code": _code(error), "Message": error.message}}
    # With a whole key there is one at most.
    return {**response, "Item": found[0]} if found else response


def _metadata(statement: str) -> QueryMetadata:
    """Raises MockValidationException."""
    try:
        return partiql.get_query_metadata(statement)
    except Exception as error:
        raise MockValidationException("Statement wasn't well formed, can't be processed") from error


def _code(error: JsonRESTError) -> str:
    """What reasons and batches call an error: `DuplicateItem`, `ValidationError`."""
    code = error.relative_error_type.removesuffix("Exception")
    return f"{code}Error" if code in ("Validation", "Throttling") else code


def _records(table: Table) -> int:
    return len(table.stream_shard.items) if table.stream_shard else 0
