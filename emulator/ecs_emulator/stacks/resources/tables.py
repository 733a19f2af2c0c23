"""DynamoDB tables."""

from __future__ import annotations

import itertools
from typing import Any

from ecs_emulator.stacks.resources.coercion import call
from ecs_emulator.stacks.resources.provider import (
    TAGS,
    Context,
    PhysicalResource,
    Properties,
    Provider,
    changed,
    finishing,
    retag,
)
from ecs_emulator.stacks.schema import MAP, TEXT
from ecs_emulator.stacks.templates import TemplateError

_EXTRAS = ("PointInTimeRecoverySpecification", "TimeToLiveSpecification")
_UPDATED = {
    "BillingMode",
    "DeletionProtectionEnabled",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "SSESpecification",
    "StreamSpecification",
    "TableClass",
}
# What a property that a template no longer has is set to.
_REMOVED = {"DeletionProtectionEnabled": False, "StreamSpecification": {"StreamEnabled": False}}


def _create(context: Context, name: str, properties: Properties) -> PhysicalResource:
    dynamodb = context.client("dynamodb")
    request = {"TableName": _free(dynamodb, name), **_as_api(properties)}
    physical = _physical(call(dynamodb, "CreateTable", request)["TableDescription"])
    with finishing(physical):
        _set_extras(dynamodb, physical.ref, {}, properties)
    return physical


def _free(dynamodb: Any, name: str) -> str:
    """A name that no table has: one that a stack has left behind keeps its own, as on AWS, where names are random."""
    taken = {each for page in dynamodb.get_paginator("list_tables").paginate() for each in page["TableNames"]}
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(each for each in names if each not in taken)


def _update(context: Context, physical: PhysicalResource, before: Properties, after: Properties) -> PhysicalResource:
    dynamodb, name = context.client("dynamodb"), {"TableName": physical.ref}
    differing = changed(before, after)
    if there := differing & _UPDATED:
        request = {key: value for key, value in {**_REMOVED, **_as_api(after)}.items() if key in there}
        if request:
            call(dynamodb, "UpdateTable", {**name, **request})
    for change in _index_changes(before, after):
        request = {"AttributeDefinitions": after["AttributeDefinitions"], "GlobalSecondaryIndexUpdates": [change]}
        call(dynamodb, "UpdateTable", {**name, **request})
    arn = physical.attributes["Arn"]
    retag(
        before,
        after,
        lambda gone: dynamodb.untag_resource(ResourceArn=arn, TagKeys=gone),
        lambda tags: dynamodb.tag_resource(ResourceArn=arn, Tags=tags),
    )
    _set_extras(dynamodb, physical.ref, before, after)
    if unknown := differing - _UPDATED - {"AttributeDefinitions", "GlobalSecondaryIndexes", "Tags", *_EXTRAS}:
        raise TemplateError(f"AWS::DynamoDB::Table.{min(unknown)} cannot be changed here.")
    return _physical(dynamodb.describe_table(**name)["Table"])


def _delete(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("dynamodb").delete_table(TableName=physical.ref)


def _as_api(properties: Properties) -> Properties:
    request = {name: value for name, value in properties.items() if name not in _EXTRAS}
    # CloudFormation says SSEEnabled where the API says Enabled.
    if encryption := request.get("SSESpecification"):
        rest = {name: value for name, value in encryption.items() if name != "SSEEnabled"}
        request["SSESpecification"] = {"Enabled": encryption["SSEEnabled"], **rest}
    # A stream that is described is enabled.
    if stream := request.get("StreamSpecification"):
        request["StreamSpecification"] = {"StreamEnabled": True, **stream}
    return request


def _set_extras(dynamodb: Any, name: str, before: Properties, after: Properties) -> None:
    for extra, operation in (
        ("PointInTimeRecoverySpecification", "UpdateContinuousBackups"),
        ("TimeToLiveSpecification", "UpdateTimeToLive"),
    ):
        if extra not in changed(before, after) or (extra.startswith("TimeToLive") and not _is_on(before, after, extra)):
            continue
        call(dynamodb, operation, {"TableName": name, extra: after.get(extra) or _off(before[extra])})


def _is_on(before: Properties, after: Properties, extra: str) -> bool:
    """Whether it was or is to be enabled: what is off already cannot be switched off."""
    return any(str(each.get(extra, {}).get("Enabled", "")).lower() == "true" for each in (before, after))


def _off(extra: Properties) -> Properties:
    return {name: False if name.endswith("Enabled") else value for name, value in extra.items()}


def _index_changes(before: Properties, after: Properties) -> list[Properties]:
    """The changes of the global secondary indexes; one at a time, as UpdateTable takes them.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
    """
    old = {index["IndexName"]: index for index in before.get("GlobalSecondaryIndexes", [])}
    new = {index["IndexName"]: index for index in after.get("GlobalSecondaryIndexes", [])}
    gone = [{"Delete": {"IndexName": name}} for name, index in old.items() if new.get(name) != index]
    physical = [{"Create": index} for name, index in new.items() if old.get(name) != index]
    return [*gone, *physical]


def _physical(table: Any) -> PhysicalResource:
    attributes = {"Arn": table["TableArn"]}
    if "LatestStreamArn" in table:
        attributes["StreamArn"] = table["LatestStreamArn"]
    return PhysicalResource(table["TableName"], attributes)


_KEYS = frozenset({"KeySchema", "LocalSecondaryIndexes", "TableName"})

TABLE = Provider(
    _create,
    _update,
    _delete,
    replaced_by=_KEYS,
    kept=_KEYS,
    name="TableName",
    schema={
        "AttributeDefinitions?": [MAP],
        "GlobalSecondaryIndexes?": [{"IndexName": TEXT}],
        "PointInTimeRecoverySpecification?": MAP,
        "SSESpecification?": {"SSEEnabled": TEXT},
        "StreamSpecification?": MAP,
        "Tags?": TAGS,
        "TimeToLiveSpecification?": MAP,
    },
)
