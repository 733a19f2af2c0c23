"""Throttling of a table of DynamoDB, which a tag of the table asks for: `ecs-emulator:fault`, `throttled`.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    DynamodbException,
    MockValidationException,
    ResourceNotFoundException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

from ecs_emulator.cloud.dynamodb.transactions import NO_REASON, Reason, cancelled
from ecs_emulator.cloud.moto_overrides import replace
from ecs_emulator.local import FAULT_TAG

THROTTLED = "throttled"
# By billing mode: the error, the code of a transaction's reason, the sentence.
_PROVISIONED = (
    "ProvisionedThroughputExceededException",
    "ProvisionedThroughputExceeded",
    "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
    "provisioning level with the UpdateTable API.",
)
_ON_DEMAND = (
    "ThrottlingException",
    "ThrottlingError",
    "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or "
    "index so please try again shortly.",
)


class Throttled(DynamodbException):
    """Error of a request to a table that takes none for now; SDKs send it again."""

    def __init__(self, table: Table) -> None:
        code, _, message = _errors(table)
        super().__init__(f"{ERROR_TYPE_PREFIX}{code}", message)


def install() -> None:
    """Throttle so from now on, in this process."""
    replace(DynamoDBBackend, "tag_resource", _tagged)


def is_throttled(table: Table) -> bool:
    return asks_for_throttling(table.tags)


def asks_for_throttling(tags: Iterable[Mapping[str, str]]) -> bool:
    return any(each["Key"] == FAULT_TAG and each["Value"] == THROTTLED for each in tags)


def check_tables(backend: DynamoDBBackend, given: Mapping[str, Any]) -> None:
    """Raises Throttled, and TransactionCanceledException for a transaction, where a table takes no requests."""
    if not any(is_throttled(table) for table in backend.tables.values()):
        return
    if "TransactItems" in given:
        names = [each["TableName"] for action in given["TransactItems"] for each in action.values()]
        cancelled([_reason(backend, name) for name in names])
    elif "TableName" in given:
        _check(backend, [given["TableName"]])
    elif "RequestItems" in given and all(is_throttled(backend.get_table(name)) for name in given["RequestItems"]):
        _check(backend, given["RequestItems"])


def split_batch(backend: DynamoDBBackend, given: dict[str, Any]) -> dict[str, Any]:
    """Part of a batch that is left unprocessed, by table; it is taken out of `given`."""
    tables = given["RequestItems"]
    left = {name: each for name, each in tables.items() if is_throttled(backend.get_table(name))}
    given["RequestItems"] = {name: each for name, each in tables.items() if name not in left}
    return left


def _check(backend: DynamoDBBackend, names: Iterable[str]) -> None:
    for name in names:
        if is_throttled(table := backend.get_table(name)):
            raise Throttled(table)


def _reason(backend: DynamoDBBackend, name: str) -> Reason:
    table = backend.get_table(name)
    _, code, message = _errors(table)
    return (code, message, None) if is_throttled(table) else NO_REASON


def _errors(table: Table) -> tuple[str, str, str]:
    return _ON_DEMAND if table.billing_mode == "PAY_PER_REQUEST" else _PROVISIONED


def _tagged(backend: DynamoDBBackend, arn: str, tags: Mapping[str, str]) -> None:
    """A tag has one value, which a later one replaces; a table that is not there has none.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html
    """
    if tags.get(FAULT_TAG, THROTTLED) != THROTTLED:
        raise MockValidationException(f"The tag {FAULT_TAG} of a table is {THROTTLED}, or is not there.")
    table = next((each for each in backend.tables.values() if each.table_arn == arn), None)
    if table is None:
        raise ResourceNotFoundException(f"Requested resource not found: ResourcArn: {arn} not found")
    kept = [each for each in table.tags if each["Key"] not in tags]
    table.tags = [*kept, *({"Key": key, "Value": value} for key, value in tags.items())]
