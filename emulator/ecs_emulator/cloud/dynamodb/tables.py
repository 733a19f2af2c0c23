"""Tables of DynamoDB: what CreateTable and UpdateTable take, and what is told of a table.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    DynamodbException,
    MockValidationException,
    ResourceNotFoundException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from ecs_emulator.cloud.dynamodb.schemas import check_index, check_table
from ecs_emulator.cloud.moto_overrides import override

OPERATIONS = ("CreateTable", "DeleteTable", "ListTagsOfResource", "UntagResource", "UpdateTable")
_INVALID = "One or more parameter values were invalid: "
# UpdateTable needs at least one of these.
_CHANGES = (
    *("BillingMode", "DeletionProtectionEnabled", "GlobalSecondaryIndexUpdates", "OnDemandThroughput"),
    *("ProvisionedThroughput", "ReplicaUpdates", "SSESpecification", "StreamSpecification", "TableClass"),
    "WarmThroughput",
)
# Attributes of moto's table for them, which `durable.rows` keeps.
_SETTINGS = {"OnDemandThroughput": "on_demand_throughput", "TableClass": "table_class"}


def install() -> None:
    """Keep tables so from now on, in this process."""
    override(DynamoHandler, "create_table", _created)
    override(DynamoHandler, "update_table", _updated)
    override(Table, "describe", _described)
    override(DynamoDBBackend, "update_table", _changed)
    override(DynamoDBBackend, "delete_table", _deleted)
    override(DynamoDBBackend, "list_tags_of_resource", _of_table)
    override(DynamoDBBackend, "untag_resource", _of_table)


class LimitExceeded(DynamodbException):
    """Error of more than one index that is to be made or deleted."""

    def __init__(self) -> None:
        super().__init__(
            f"{ERROR_TYPE_PREFIX}LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
        )


def table_id(table: Table) -> str:
    """TableId, the same for as long as a table is there."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{table.table_arn}/{table.created_at.isoformat()}"))


def _created(before: Any, handler: DynamoHandler) -> Any:
    check_table(handler.body)
    before(handler)
    return _with_settings(handler)


def _described(before: Any, table: Table, base_key: str = "TableDescription") -> dict[str, Any]:
    described: dict[str, Any] = before(table, base_key)
    told = described[base_key]
    told["TableId"] = table_id(table)
    if (kind := getattr(table, _SETTINGS["TableClass"], None)) is not None:
        told["TableClassSummary"] = {"TableClass": kind}
    if (limits := getattr(table, _SETTINGS["OnDemandThroughput"], None)) is not None:
        told["OnDemandThroughput"] = limits
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        for index in told[kind]:
            keys = [each["AttributeName"] for each in index["KeySchema"]]
            index["IndexArn"] = f"{table.table_arn}/index/{index['IndexName']}"
            index["IndexSizeBytes"] = 0
            index["ItemCount"] = sum(all(key in item.attrs for key in keys) for item in table.all_items())
        if not told[kind]:
            del told[kind]
    return described


def _updated(before: Any, handler: DynamoHandler) -> Any:
    given = handler.body
    if not any(name in given for name in _CHANGES):
        raise MockValidationException(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
            "SSESpecification or ReplicaUpdates is required"
        )
    if given.get("BillingMode") == "PROVISIONED" and "ProvisionedThroughput" not in given:
        raise MockValidationException(
            f"{_INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
        )
    before(handler)
    return _with_settings(handler)


def _with_settings(handler: DynamoHandler) -> DynamoResult:
    """Keep what moto does not read, and tell the table."""
    given, table = handler.body, handler.dynamodb_backend.get_table(handler.body["TableName"])
    for member, name in _SETTINGS.items():
        if member in given:
            setattr(table, name, given[member])
    if encryption := given.get("SSESpecification"):
        key = encryption.get("KMSMasterKeyId") or table._get_default_encryption_key(table.account_id, table.region_name)
        table.sse_specification = {**encryption, "KMSMasterKeyId": key} if encryption.get("Enabled") else None
    return DynamoResult(table.describe())


def _changed(before: Any, backend: DynamoDBBackend, name: str, **given: Any) -> Table:
    """Attributes are defined for as long as a key of the table or of an index has them."""
    table = _table(backend, name)
    definitions = {each["AttributeName"]: each for each in (*table.attr, *(given.get("attr_definitions") or ()))}
    given["attr_definitions"] = list(definitions.values())
    _check_indexes(table, given.get("global_index") or (), given["attr_definitions"])
    if stream := given.get("stream_spec"):
        _check_stream(table, stream)
        # A stream that was disabled may be followed by another one.
        table.latest_stream_label = None if stream.get("StreamEnabled") else table.latest_stream_label
    changed: Table = before(backend, name, **given)
    if changed.billing_mode == "PAY_PER_REQUEST":
        changed.throughput = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0, "NumberOfDecreasesToday": 0}
    changed.attr = [each for each in changed.attr if each["AttributeName"] in changed.attribute_keys]
    return changed


def _check_indexes(table: Table, updates: Sequence[Mapping[str, Any]], definitions: Sequence[dict[str, str]]) -> None:
    """Raises MockValidationException, LimitExceeded, and ResourceNotFoundException for an index that is not there."""
    if sum("Create" in each or "Delete" in each for each in updates) > 1:
        raise LimitExceeded
    names = [each.name for each in table.global_indexes]
    for update in updates:
        ((kind, asked),) = update.items()
        if kind == "Create":
            if asked["IndexName"] in [each.name for each in table.all_indexes()]:
                raise MockValidationException("Attempting to create an index which already exists")
            check_index(asked, definitions)
        elif asked["IndexName"] not in names:
            raise ResourceNotFoundException


def _check_stream(table: Table, wanted: Mapping[str, Any]) -> None:
    is_on = bool(table.stream_specification and table.stream_specification["StreamEnabled"])
    if is_on == bool(wanted.get("StreamEnabled")):
        what = "already has an enabled stream" if is_on else "has no stream to disable"
        raise MockValidationException(f"Table {what}: TableName: {table.name}")


def _deleted(before: Any, backend: DynamoDBBackend, name: str) -> Table:
    if _table(backend, name).deletion_protection_enabled:
        raise MockValidationException(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection "
            "first."
        )
    deleted: Table = before(backend, name)
    return deleted


def _table(backend: DynamoDBBackend, name: str) -> Table:
    try:
        return backend.get_table(name)
    except ResourceNotFoundException:
        raise ResourceNotFoundException(table_name=name) from None


def _of_table(before: Any, backend: DynamoDBBackend, arn: str, *args: Any) -> Any:
    """moto takes the tags from a table that is not there as well."""
    if arn not in [each.table_arn for each in backend.tables.values()]:
        raise ResourceNotFoundException(f"Requested resource not found: ResourcArn: {arn} not found")
    return before(backend, arn, *args)
