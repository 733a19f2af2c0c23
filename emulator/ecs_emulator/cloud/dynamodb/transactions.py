"""Transactions of DynamoDB: all of it or nothing, and a reason for each action of one that is cancelled.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    MockValidationException,
    MultipleTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table

from ecs_emulator.cloud.dynamodb.keys import are_distinct, check_item, check_key, key_of
from ecs_emulator.cloud.dynamodb.projections import ProjectionParser
from ecs_emulator.cloud.dynamodb.updates import find, put_back
from ecs_emulator.cloud.moto_overrides import replace

Reason = tuple[str | None, str | None, Mapping[str, Any] | None]
NO_REASON: Reason = (None, None, None)
_KINDS = ("ConditionCheck", "Put", "Delete", "Update")


class _Action:
    """Action of a transaction. Raises TransactWriteSingleOpException and ResourceNotFoundException."""

    def __init__(self, backend: DynamoDBBackend, given: Mapping[str, Any]) -> None:
        if len(given) != 1 or next(iter(given)) not in _KINDS:
            raise TransactWriteSingleOpException
        ((self.kind, self.asked),) = given.items()
        self.table: Table = backend.get_table(self.asked["TableName"])
        content = self.asked["Item"] if self.kind == "Put" else self.asked["Key"]
        self.key = key_of(self.table, content)
        self._backend = backend

    def check(self) -> None:
        """Raises MockValidationException for a key that the table does not take."""
        if self.kind == "Put":
            check_item(self.table, self.asked["Item"])
        else:
            check_key(self.table, self.asked["Key"])

    def failure(self) -> Reason:
        """Why the condition does not hold, `NO_REASON` when it does."""
        current = find(self.table, self.key)
        condition = get_filter_expression(
            self.asked.get("ConditionExpression"),
            self.asked.get("ExpressionAttributeNames"),
            self.asked.get("ExpressionAttributeValues"),
        )
        if condition.expr(current):
            return NO_REASON
        is_asked = self.asked.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        item = current.to_json()["Attributes"] if is_asked and current else None
        return "ConditionalCheckFailed", "The conditional request failed", item

    def carry_out(self) -> None:
        """Raises MockValidationException."""
        name = self.table.name
        match self.kind:
            case "Put":
                self._backend.put_item(name, self.asked["Item"], overwrite=True)
            case "Delete":
                self._backend.delete_item(name, self.asked["Key"])
            case "Update":
                self._backend.update_item(
                    name,
                    self.asked["Key"],
                    update_expression=self.asked["UpdateExpression"],
                    expression_attribute_names=self.asked.get("ExpressionAttributeNames") or {},
                    expression_attribute_values=self.asked.get("ExpressionAttributeValues") or {},
                )


def install() -> None:
    """Carry transactions out so from now on, in this process."""
    replace(DynamoDBBackend, "transact_write_items", _written)


def cancelled(reasons: Sequence[Reason]) -> None:
    """Raises TransactionCanceledException where one of the reasons is one."""
    if any(code for code, _, _ in reasons):
        raise TransactionCanceledException(list(reasons))


def check_gets(backend: DynamoDBBackend, items: Sequence[Mapping[str, Any]]) -> None:
    """Raises MockValidationException for keys that are none, or the same, and ResourceNotFoundException."""
    gets = [(backend.get_table(each["Get"]["TableName"]), each["Get"]["Key"]) for each in items]
    for table, key in gets:
        check_key(table, key)
    if not are_distinct(gets):
        raise MultipleTransactionsException


def found(backend: DynamoDBBackend, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Responses of a transaction of reads, one for each of them in order.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html
    """
    responses = []
    for asked in (each["Get"] for each in items):
        paths: Any = ProjectionParser(asked.get("ProjectionExpression"), asked.get("ExpressionAttributeNames"))
        item = backend.get_item(asked["TableName"], asked["Key"], paths.parse())
        responses.append({"Item": item.attrs} if item else {})
    return responses


def _written(backend: DynamoDBBackend, items: Sequence[Mapping[str, Any]]) -> None:
    actions = [_Action(backend, each) for each in items]
    if not are_distinct((each.table, each.key) for each in actions):
        raise MultipleTransactionsException
    cancelled([_validated(each.check) for each in actions])
    cancelled([each.failure() for each in actions])
    # The stream hears of what was carried out, and of nothing that was taken back.
    shards = {id(each.table): (each.table, each.table.stream_shard) for each in actions}
    before: list[tuple[_Action, Item | None]] = []
    for table, _ in shards.values():
        table.stream_shard = None
    try:
        reasons = []
        for each in actions:
            before.append((each, copy.deepcopy(find(each.table, each.key))))
            reasons.append(_validated(each.carry_out))
        if any(code for code, _, _ in reasons):
            for each, item in before:
                put_back(each.table, each.key, item)
    finally:
        for table, shard in shards.values():
            table.stream_shard = shard
    cancelled(reasons)
    for each, item in before:
        after = find(each.table, each.key)
        if each.table.stream_shard and (item or after):
            each.table.stream_shard.add(item, after)


def _validated(do: Callable[[], None]) -> Reason:
    try:
        do()
    except MockValidationException as error:
        return "ValidationError", error.message, None
    return NO_REASON
