"""Corrections of moto's DynamoDB: what its requests may be, and what they are answered.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from ecs_emulator.cloud import moto_values as values
from ecs_emulator.cloud.dynamodb import (
    backups,
    exports,
    projections,
    searches,
    statement_groups,
    statements,
    streams,
    tables,
    throttling,
    time_to_live,
    transactions,
    updates,
)
from ecs_emulator.cloud.dynamodb.attribute_values import stored
from ecs_emulator.cloud.dynamodb.capacity import with_capacity
from ecs_emulator.cloud.dynamodb.enumerations import check_enumerations
from ecs_emulator.cloud.dynamodb.expressions import check_expressions
from ecs_emulator.cloud.dynamodb.idempotency import once
from ecs_emulator.cloud.dynamodb.item_collections import tell_metrics
from ecs_emulator.cloud.dynamodb.keys import check_batch, check_item, check_key
from ecs_emulator.cloud.dynamodb.partiql.projections import modified
from ecs_emulator.cloud.moto_overrides import override


def _called(name: str) -> str:
    """Operation as AWS calls it: `PutItem`."""
    return "".join(word.title() for word in name.split("_"))


_WITH_VALUES = (
    *("put_item", "get_item", "update_item", "delete_item", "query", "scan"),
    *("batch_get_item", "batch_write_item", "transact_get_items", "transact_write_items"),
)
_WITH_STATEMENTS = ("execute_statement", "batch_execute_statement", "execute_transaction")
# As AWS calls all these.
CORRECTED = (
    *map(_called, (*_WITH_VALUES, *_WITH_STATEMENTS)),
    *tables.OPERATIONS,
    *backups.OPERATIONS,
    *exports.OPERATIONS,
    *("DescribeTable", "DescribeTimeToLive", "TagResource", "UpdateTimeToLive"),
)
_MOST = {"batch_write_item": 25, "batch_get_item": 100}
# Where a batch says what of it is left.
_LEFT = {"batch_write_item": "UnprocessedItems", "batch_get_item": "UnprocessedKeys"}
_OF_SEARCHES = {"query": "Query key condition not supported", "scan": "The provided starting key is invalid"}
_UPDATED = {"UPDATED_OLD": "ALL_OLD", "UPDATED_NEW": "ALL_NEW"}


def install() -> None:
    """Answer so from now on, in this process."""
    for name in _WITH_VALUES:
        override(DynamoHandler, name, _checked(name))
    values.install()
    for each in (
        tables,
        backups,
        updates,
        transactions,
        projections,
        searches,
        throttling,
        statements,
        statement_groups,
        streams,
        time_to_live,
        exports,
    ):
        each.install()


def _checked(name: str) -> Callable[[Any, DynamoHandler], Any]:
    def checked(before: Any, handler: DynamoHandler) -> Any:
        handler.body = stored(handler.body)
        check_enumerations(_called(name), handler.body)
        check_expressions(handler.body)
        if name in _MOST:
            _check_length(name, handler.body["RequestItems"])
        backend = handler.dynamodb_backend
        throttling.check_tables(backend, handler.body)
        _check_keys(name, backend, handler.body)
        left = throttling.split_batch(backend, handler.body) if name in _LEFT else {}
        with _refused(_OF_SEARCHES.get(name)):
            answered = with_capacity(name, lambda: _answered(handler, name, before), backend, handler.body)
        tell_metrics(name, answered.result, backend, handler.body)
        if name == "batch_get_item":
            for table, unread in answered.result["UnprocessedKeys"].items():
                answered.result["UnprocessedKeys"][table] = {**handler.body["RequestItems"][table], **unread}
        if left:
            answered.result[_LEFT[name]] = {**answered.result[_LEFT[name]], **left}
        return answered

    return checked


def _answered(handler: DynamoHandler, name: str, answer: Callable[[DynamoHandler], Any]) -> Any:
    if name == "transact_get_items":
        return DynamoResult({"Responses": transactions.found(handler.dynamodb_backend, handler.body["TransactItems"])})
    if name == "update_item" and handler.body.get("ReturnValues") in _UPDATED:
        return _with_updated(handler, answer)
    token = handler.body.get("ClientRequestToken") if name == "transact_write_items" else None
    return once(handler, token, answer) if token else answer(handler)


def _with_updated(handler: DynamoHandler, answer: Callable[[DynamoHandler], Any]) -> Any:
    """What was updated is what the expression names, whether it has another value now or not.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
    """
    given = handler.body
    handler.body = {**given, "ReturnValues": _UPDATED[given["ReturnValues"]]}
    expression = given.get("UpdateExpression")
    paths = updates.targets(expression, given.get("ExpressionAttributeNames") or {}) if expression else []
    answered = answer(handler)
    if changed := modified(answered.result.pop("Attributes", None) or {}, paths):
        answered.result["Attributes"] = changed
    return answered


def _check_keys(name: str, backend: DynamoDBBackend, given: Mapping[str, Any]) -> None:
    """Raises MockValidationException, and ResourceNotFoundException for a table that is not there."""
    if name in _LEFT:
        check_batch(backend, given["RequestItems"])
    elif name == "transact_get_items":
        transactions.check_gets(backend, given["TransactItems"])
    elif name in ("query", "scan"):
        searches.check_search(backend.get_table(given["TableName"]), name, given)
    elif name == "put_item":
        check_item(backend.get_table(given["TableName"]), given["Item"])
    elif "Key" in given:
        check_key(backend.get_table(given["TableName"]), given["Key"])


@contextmanager
def _refused(why: str | None) -> Iterator[None]:
    """What moto cannot make anything of is refused with these words, where there are some."""
    try:
        yield
    except (AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        if why is None:
            raise
        raise MockValidationException(why) from error


def _check_length(name: str, tables: Mapping[str, Any]) -> None:
    if not tables:
        raise _of_length("RequestItems", "greater than or equal to 1")
    count = 0
    for table, each in tables.items():
        where = f"RequestItems.{table}.member{'' if isinstance(each, list) else '.Keys'}"
        length = len(each if isinstance(each, list) else each.get("Keys", ()))
        if not length:
            raise _of_length(where, "greater than or equal to 1")
        if length > _MOST[name]:
            raise _of_length(where, f"less than or equal to {_MOST[name]}")
        count += length
    if count > _MOST[name]:
        raise MockValidationException(f"Too many items requested for the {_called(name)} call")


def _of_length(where: str, bound: str) -> MockValidationException:
    return MockValidationException(
        f"1 validation error detected: Value at '{where}' failed to satisfy constraint: Member must have length {bound}"
    )
