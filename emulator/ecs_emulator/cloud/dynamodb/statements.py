"""Statements of PartiQL, carried out as the operations of DynamoDB that they stand for.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    ConditionalCheckFailed,
    DynamodbException,
    MockValidationException,
)
from moto.dynamodb.models.table import GlobalSecondaryIndex
from moto.dynamodb.responses import DynamoHandler

from ecs_emulator.cloud.durable.codec import decoded, encoded
from ecs_emulator.cloud.dynamodb.partiql.grammar import Exists, Insert, Select, Statement, Update, Write, parsed
from ecs_emulator.cloud.dynamodb.partiql.lexer import InvalidStatement
from ecs_emulator.cloud.dynamodb.partiql.operations import search, write
from ecs_emulator.cloud.dynamodb.partiql.projections import modified, selected
from ecs_emulator.cloud.moto_overrides import replace

Given = Mapping[str, Any]

_CALLED = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}
_OF_READS = ("ConsistentRead", "Limit", "ReturnConsumedCapacity")
_OF_WRITES = ("ReturnConsumedCapacity", "ReturnValuesOnConditionCheckFailure")
_PREFIX = re.compile("^Invalid [A-Za-z]+Expression: ")
DUPLICATE = "Duplicate primary key exists in table"


class DuplicateItem(DynamodbException):
    """Error of an INSERT of a key that is there."""

    def __init__(self) -> None:
        super().__init__(f"{ERROR_TYPE_PREFIX}DuplicateItemException", DUPLICATE)


def install() -> None:
    """Execute statements so from now on, in this process."""
    replace(DynamoHandler, "execute_statement", _execute_statement)


def _execute_statement(handler: DynamoHandler) -> ActionResult:
    """Raises DynamodbException."""
    given = handler.body
    statement = statement_of(given)
    if isinstance(statement, Select):
        return ActionResult(searched(handler, statement, given))
    return ActionResult(written(handler, statement, given))


def statement_of(given: Given) -> Statement:
    """Raises MockValidationException."""
    try:
        return parsed(given["Statement"], given.get("Parameters") or ())
    except InvalidStatement as error:
        raise MockValidationException(str(error)) from error


def called(handler: DynamoHandler, operation: str, body: dict[str, Any]) -> dict[str, Any]:
    """Result of another operation. Raises DynamodbException."""
    own, handler.body = handler.body, body
    try:
        return dict(getattr(handler, operation)().result)
    except MockValidationException as error:
        # A statement has none of these, whatever it became.
        raise MockValidationException(_PREFIX.sub("", error.message)) from error
    finally:
        handler.body = own


def searched(handler: DynamoHandler, select: Select, given: Given) -> dict[str, Any]:
    table = handler.dynamodb_backend.get_table(select.table)
    try:
        operation, body = search(select, table)
    except InvalidStatement as error:
        raise MockValidationException(str(error)) from error
    body |= {each: given[each] for each in _OF_READS if each in given}
    if select.index and body.get("ConsistentRead") and isinstance(table.get_index(select.index), GlobalSecondaryIndex):
        raise MockValidationException("Strongly consistent read is not supported on Global Secondary Indexes")
    # What a token of a page belongs to.
    asked = hashlib.sha256(json.dumps(encoded([given["Statement"], given.get("Parameters")])).encode()).hexdigest()
    if token := given.get("NextToken"):
        body["ExclusiveStartKey"] = _start(token, asked)
    found = called(handler, operation, body)
    answered: dict[str, Any] = {"Items": [projected(select, each) for each in found["Items"]]}
    if last := found.get("LastEvaluatedKey"):
        answered |= {"LastEvaluatedKey": last, "NextToken": _token(last, asked)}
    return answered | {each: found[each] for each in ("ConsumedCapacity",) if each in found}


def written(handler: DynamoHandler, statement: Write, given: Given) -> dict[str, Any]:
    """Raises DuplicateItem and ConditionalCheckFailed."""
    if isinstance(statement, Exists):
        raise MockValidationException("EXISTS can only be used in ExecuteTransaction write requests.")
    kind, body = action(handler, statement)
    body |= {each: given[each] for each in _OF_WRITES if each in given}
    returning = "" if isinstance(statement, Insert) else statement.returning
    if returning:
        body["ReturnValues"] = f"ALL_{returning.split()[1]}"
    try:
        found = called(handler, _CALLED[kind], body)
    except ConditionalCheckFailed:
        if isinstance(statement, Insert):
            raise DuplicateItem from None
        raise
    item = found.get("Attributes") if returning else None
    if item and returning.startswith("MODIFIED") and isinstance(statement, Update):
        item = modified(item, [each.path for each in statement.changes])
    answered = {"Items": [item] if item else []}
    return answered | {each: found[each] for each in ("ConsumedCapacity",) if each in found}


def action(handler: DynamoHandler, statement: Write) -> tuple[str, dict[str, Any]]:
    try:
        return write(statement, handler.dynamodb_backend.get_table(statement.table))
    except InvalidStatement as error:
        raise MockValidationException(str(error)) from error


def projected(select: Select, item: dict[str, Any]) -> dict[str, Any]:
    return selected(item, select.paths) if select.paths else item


def _token(last: Given, asked: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([asked, encoded(last)]).encode()).decode()


def _start(token: str, asked: str) -> Any:
    try:
        of, last = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, UnicodeError, ValueError, TypeError):
        raise MockValidationException("Invalid NextToken") from None
    if of != asked:
        raise MockValidationException("NextToken does not match request")
    return decoded(last)
