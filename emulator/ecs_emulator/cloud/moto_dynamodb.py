"""Corrections of moto's DynamoDB: numbers, what expressions leave unused, limits, transactions with a token.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX, DynamodbException, MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from ecs_emulator.cloud import moto_values as values
from ecs_emulator.cloud.condition_expressions import InvalidExpression, plain_condition
from ecs_emulator.cloud.durable.codec import encoded
from ecs_emulator.cloud.dynamodb import (
    backups,
    exports,
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
from ecs_emulator.cloud.dynamodb.attribute_values import check_types, stored
from ecs_emulator.cloud.dynamodb.capacity import with_capacity
from ecs_emulator.cloud.dynamodb.enumerations import check_enumerations
from ecs_emulator.cloud.dynamodb.keys import check_batch, check_item, check_key
from ecs_emulator.cloud.dynamodb.legacy import check_styles, express
from ecs_emulator.cloud.dynamodb.partiql.projections import modified
from ecs_emulator.cloud.dynamodb.projections import check_projection


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
    *("DescribeTable", "DescribeTimeToLive", "ExportTableToPointInTime", "TagResource", "UpdateTimeToLive"),
)
_MOST = {"batch_write_item": 25, "batch_get_item": 100}
# Where a batch says what of it is left.
_LEFT = {"batch_write_item": "UnprocessedItems", "batch_get_item": "UnprocessedKeys"}
_SECTIONS = {"ExpressionAttributeValues": re.compile(r":\w+"), "ExpressionAttributeNames": re.compile(r"#\w+")}
_OF_VALUES = ("Item", "Key", "ExpressionAttributeValues", "ExclusiveStartKey")
_UNDEFINED = {
    "ExpressionAttributeValues": "An expression attribute value used in expression is not defined; attribute value: ",
    "ExpressionAttributeNames": (
        "An expression attribute name used in the document path is not defined; attribute name: "
    ),
}
_CONDITIONS = ("ConditionExpression", "FilterExpression", "KeyConditionExpression")
_OF_SEARCHES = {"query": "Query key condition not supported", "scan": "The provided starting key is invalid"}
_UPDATED = {"UPDATED_OLD": "ALL_OLD", "UPDATED_NEW": "ALL_NEW"}
_TOKENS_LAST = 600.0  # seconds

# What a transaction was asked for and when (of `time.monotonic`), by account, region and token.
_transactions: dict[tuple[str, str, str], tuple[str, float]] = {}


class IdempotentParameterMismatch(DynamodbException):
    def __init__(self) -> None:
        super().__init__(
            f"{ERROR_TYPE_PREFIX}IdempotentParameterMismatchException",
            "Provided idempotent token was used with different parameters.",
        )


def install() -> None:
    """Answer so from now on, in this process."""
    for name in _WITH_VALUES:
        setattr(DynamoHandler, name, _checked(name, getattr(DynamoHandler, name)))
    values.install()
    for each in (
        tables,
        backups,
        updates,
        transactions,
        searches,
        throttling,
        statements,
        statement_groups,
        streams,
        time_to_live,
        exports,
    ):
        each.install()


def forget_transactions() -> None:
    _transactions.clear()


def _checked(name: str, answer: Callable[[DynamoHandler], Any]) -> Callable[[DynamoHandler], Any]:
    def checked(handler: DynamoHandler) -> Any:
        handler.body = stored(handler.body)
        check_enumerations(_called(name), handler.body)
        for part in _parts(handler.body):
            check_styles(part)
            express(part)
            for member in _OF_VALUES:
                check_types(part.get(member) or {})
            _check_use(part)
            _check_conditions(part)
        if name in _MOST:
            _check_length(name, handler.body["RequestItems"])
        backend = handler.dynamodb_backend
        throttling.check_tables(backend, handler.body)
        _check_keys(name, backend, handler.body)
        left = throttling.split_batch(backend, handler.body) if name in _LEFT else {}
        with _refused(_OF_SEARCHES.get(name)):
            answered = with_capacity(name, lambda: _answered(handler, name, answer), backend, handler.body)
        if left:
            answered.result[_LEFT[name]] = left
        return answered

    return checked


def _answered(handler: DynamoHandler, name: str, answer: Callable[[DynamoHandler], Any]) -> Any:
    if name == "transact_get_items":
        return DynamoResult({"Responses": transactions.found(handler.dynamodb_backend, handler.body["TransactItems"])})
    if name == "update_item" and handler.body.get("ReturnValues") in _UPDATED:
        return _with_updated(handler, answer)
    token = handler.body.get("ClientRequestToken") if name == "transact_write_items" else None
    return _once(handler, token, answer) if token else answer(handler)


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


def _parts(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What has expressions of its own: the request, or each action of a transaction, each table of a batch."""
    yield body
    for action in body.get("TransactItems", ()):
        yield from action.values()
    for table in body.get("RequestItems", {}).values():
        if isinstance(table, dict):
            yield table


def _check_use(part: Mapping[str, Any]) -> None:
    """Raises MockValidationException where an expression has a name or value that is not given, or none has one."""
    for parameter in ("UpdateExpression", "ProjectionExpression"):
        for section, placeholder in _SECTIONS.items():
            for key in placeholder.findall(part.get(parameter) or ""):
                if key not in (part.get(section) or ()):
                    raise MockValidationException(f"Invalid {parameter}: {_UNDEFINED[section]}{key}")
    if not any(part.get(section) for section in _SECTIONS):
        return
    expressions = " ".join(text for key, text in part.items() if key.endswith("Expression") and isinstance(text, str))
    for section, placeholder in _SECTIONS.items():
        if unused := [key for key in part.get(section) or () if key not in placeholder.findall(expressions)]:
            raise MockValidationException(
                f"Value provided in {section} unused in expressions: keys: {{{', '.join(unused)}}}"
            )


def _check_conditions(part: dict[str, Any]) -> None:
    """Put plain conditions in the place of others, and look at projections. Raises MockValidationException."""
    values, names = part.get("ExpressionAttributeValues") or {}, part.get("ExpressionAttributeNames") or {}
    for parameter in _CONDITIONS:
        if parameter in part:
            with _invalid(parameter):
                part[parameter] = plain_condition(part[parameter], values, names)
    with _invalid("ProjectionExpression"):
        check_projection(part.get("ProjectionExpression") or "", names)


@contextmanager
def _invalid(parameter: str) -> Iterator[None]:
    try:
        yield
    except InvalidExpression as error:
        raise MockValidationException(f"Invalid {parameter}: {error}") from error


def _check_length(name: str, tables: Mapping[str, Any]) -> None:
    count = sum(len(each if isinstance(each, list) else each.get("Keys", ())) for each in tables.values())
    if count > _MOST[name]:
        raise MockValidationException(f"Too many items requested for the {_called(name)} call")


def _once(handler: DynamoHandler, token: str, answer: Callable[[DynamoHandler], Any]) -> Any:
    """A transaction that was carried out with this token is not again. Raises IdempotentParameterMismatch."""
    now = monotonic()
    for key in [key for key, (_, at) in _transactions.items() if now - at > _TOKENS_LAST]:
        del _transactions[key]
    key = (handler.current_account, handler.region, token)
    asked = json.dumps(encoded(handler.body["TransactItems"]), sort_keys=True)
    if key not in _transactions:
        answered = answer(handler)
        _transactions[key] = (asked, now)
        return answered
    if _transactions[key][0] != asked:
        raise IdempotentParameterMismatch
    items, handler.body["TransactItems"] = handler.body["TransactItems"], []
    answered = answer(handler)
    handler.body["TransactItems"] = items
    return answered
