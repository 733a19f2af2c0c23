"""Statements of PartiQL together: batches, of which each is on its own, and transactions.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import ConditionalCheckFailed, MockValidationException, TransactionCanceledException
from moto.dynamodb.responses import DynamoHandler

from ecs_emulator.cloud.dynamodb.partiql.grammar import Exists, Insert, Select, Statement, Write
from ecs_emulator.cloud.dynamodb.partiql.lexer import InvalidStatement
from ecs_emulator.cloud.dynamodb.partiql.operations import key_of
from ecs_emulator.cloud.dynamodb.statements import (
    DUPLICATE,
    Given,
    action,
    called,
    projected,
    searched,
    statement_of,
    written,
)
from ecs_emulator.cloud.dynamodb.transactions import Reason
from ecs_emulator.cloud.moto_overrides import replace

_MIXED = "{} API does not support both read and write operations in the same request."


def install() -> None:
    """Execute batches and transactions so from now on, in this process."""
    replace(DynamoHandler, "batch_execute_statement", _batch_execute_statement)
    replace(DynamoHandler, "execute_transaction", _execute_transaction)


def _batch_execute_statement(handler: DynamoHandler) -> ActionResult:
    given = handler.body
    capacity = {each: given[each] for each in ("ReturnConsumedCapacity",) if each in given}
    read = [_of_batch(each) for each in given["Statements"]]
    if len({isinstance(each, Select) for each in read if not isinstance(each, JsonRESTError)}) > 1:
        raise MockValidationException(_MIXED.format("BatchExecuteStatement"))
    responses, consumed = [], []
    for each, statement in zip(given["Statements"], read, strict=True):
        response: dict[str, Any] = {}
        try:
            if isinstance(statement, JsonRESTError):
                raise statement
            handler.dynamodb_backend.get_table(statement.table)
            response["TableName"] = statement.table
            answered = _in_batch(handler, statement, {**each, **capacity})
        except JsonRESTError as error:
            response["Error"] = _told(error)
        else:
            if answered["Items"]:
                response["Item"] = answered["Items"][0]
            consumed += [answered["ConsumedCapacity"]] if "ConsumedCapacity" in answered else []
        responses.append(response)
    return ActionResult({"Responses": responses, **({"ConsumedCapacity": consumed} if consumed else {})})


def _of_batch(given: Given) -> Statement | JsonRESTError:
    try:
        return statement_of(given)
    except JsonRESTError as error:
        return error


def _in_batch(handler: DynamoHandler, statement: Statement, given: Given) -> dict[str, Any]:
    if not isinstance(statement, Select):
        return written(handler, statement, given)
    _key(handler, statement, "BatchExecuteStatement")
    return searched(handler, statement, given)


def _told(error: JsonRESTError) -> dict[str, Any]:
    """Error of one statement of a batch: `DuplicateItem`, `ValidationError`."""
    code = error.relative_error_type.removesuffix("Exception")
    told = {"Code": f"{code}Error" if code in ("Validation", "Throttling") else code, "Message": error.message}
    if isinstance(error, ConditionalCheckFailed) and (item := json.loads(error.description).get("Item")):
        told["Item"] = item
    return told


def _execute_transaction(handler: DynamoHandler) -> ActionResult:
    """Raises DynamodbException."""
    given = handler.body
    statements = [statement_of(each) for each in given["TransactStatements"]]
    reads = [each for each in statements if isinstance(each, Select)]
    writes = [each for each in statements if not isinstance(each, Select)]
    if reads and writes:
        raise MockValidationException(_MIXED.format("ExecuteTransaction"))
    options = {each: given[each] for each in ("ClientRequestToken", "ReturnConsumedCapacity") if each in given}
    if writes:
        return ActionResult(_written_together(handler, writes, given["TransactStatements"], options))
    options.pop("ClientRequestToken", None)
    gets = []
    for number, each in enumerate(reads):
        with _statement(number):
            gets.append({"Get": {"TableName": each.table, "Key": _transacted_key(handler, each)}})
    answered = called(handler, "transact_get_items", {"TransactItems": gets, **options})
    items = [each.get("Item") for each in answered["Responses"]]
    answered["Responses"] = [
        {"Item": projected(each, item)} if item else {} for each, item in zip(reads, items, strict=True)
    ]
    return ActionResult(answered)


def _written_together(
    handler: DynamoHandler, statements: Sequence[Write], given: Sequence[Given], options: Given
) -> dict[str, Any]:
    """Raises TransactionCanceledException."""
    items = []
    for number, (each, own) in enumerate(zip(statements, given, strict=True)):
        with _statement(number):
            if not isinstance(each, Insert | Exists) and each.returning:
                raise MockValidationException("RETURNING is not supported in ExecuteTransaction.")
            kind, asked = action(handler, each)
        what = "ReturnValuesOnConditionCheckFailure"
        items.append({kind: {**asked, **({what: own[what]} if what in own else {})}})
    try:
        answered = called(handler, "transact_write_items", {"TransactItems": items, **options})
    except TransactionCanceledException as error:
        raise _with_duplicates(error, statements) from None
    return {**answered, "Responses": []}


def _with_duplicates(error: TransactionCanceledException, statements: Sequence[Statement]) -> Exception:
    """The same error, with what INSERT calls a condition that does not hold."""
    reasons: list[Reason] = []
    for each, statement in zip(json.loads(error.description)["CancellationReasons"], statements, strict=True):
        code = None if each["Code"] == "None" else each["Code"]
        if isinstance(statement, Insert) and code == "ConditionalCheckFailed":
            reasons.append(("DuplicateItem", DUPLICATE, None))
        else:
            reasons.append((code, each.get("Message"), each.get("Item")))
    return TransactionCanceledException(reasons)


@contextmanager
def _statement(number: int) -> Iterator[None]:
    """Errors of one statement of a transaction say which it is."""
    try:
        yield
    except MockValidationException as error:
        raise MockValidationException(f"Validation failed in TransactStatements[{number}]: {error.message}") from error


def _transacted_key(handler: DynamoHandler, select: Select) -> Any:
    if select.index:
        raise MockValidationException("Reads on indices are not supported within transactions.")
    return _key(handler, select, "ExecuteTransaction", is_alone=True)


def _key(handler: DynamoHandler, select: Select, operation: str, is_alone: bool = False) -> Any:
    """The whole key that a statement selects by; `is_alone` where there is no other condition."""
    table = handler.dynamodb_backend.get_table(select.table)
    try:
        key, others = key_of(select.where, table)
    except InvalidStatement:
        key, others = {}, []
    if not key or select.index or (is_alone and others):
        raise MockValidationException(
            f"Select statements within {operation} must specify the primary key in the where clause."
        )
    return key
