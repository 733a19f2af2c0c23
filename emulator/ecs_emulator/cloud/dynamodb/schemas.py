"""Schemas of DynamoDB's tables and indexes: keys that are defined, one of each kind, in their order.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from moto.dynamodb.exceptions import MockValidationException

from ecs_emulator.cloud.dynamodb.enumerations import check_value

_NAME = re.compile("[a-zA-Z0-9_.-]+")
_INVALID = "One or more parameter values were invalid: "
Elements = Sequence[Mapping[str, str]]


def check_table(given: Mapping[str, Any]) -> None:
    """Raises MockValidationException for a table that CreateTable does not make."""
    definitions, schema = given["AttributeDefinitions"], given["KeySchema"]
    if not 3 <= len(given["TableName"]) <= 255:
        raise MockValidationException("TableName must be at least 3 characters long and at most 255 characters long")
    if not _NAME.fullmatch(given["TableName"]):
        raise MockValidationException(
            f"1 validation error detected: Value '{given['TableName']}' at 'tableName' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {_NAME.pattern}"
        )
    for number, each in enumerate(definitions, 1):
        check_value(f"attributeDefinitions.{number}.member.attributeType", each["AttributeType"], ("B", "N", "S"))
    if given.get("BillingMode") == "PAY_PER_REQUEST" and given.get("ProvisionedThroughput"):
        raise MockValidationException(
            f"{_INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            "PAY_PER_REQUEST"
        )
    _check_keys(schema, definitions)
    _check_second(schema)
    local, global_ = given.get("LocalSecondaryIndexes") or [], given.get("GlobalSecondaryIndexes") or []
    if local and len(schema) < 2:
        raise MockValidationException(
            f"{_INVALID}Table KeySchema does not have a range key, which is required when specifying a "
            "LocalSecondaryIndex"
        )
    for index in local:
        check_index(index, definitions)
        _check_local(index, schema)
    for index in global_:
        check_index(index, definitions)
    names = [each["IndexName"] for each in (*local, *global_)]
    for name in names:
        if names.count(name) > 1:
            raise MockValidationException(f"{_INVALID}Duplicate index name: {name}")


def check_index(index: Mapping[str, Any], definitions: Elements) -> None:
    """Raises MockValidationException."""
    _check_keys(index["KeySchema"], definitions)
    projection = index["Projection"]
    kind, has_names = projection.get("ProjectionType"), "NonKeyAttributes" in projection
    if kind is None:
        raise MockValidationException(f"{_INVALID}Unknown ProjectionType: null")
    if has_names != (kind == "INCLUDE"):
        what = "NonKeyAttributes is specified" if has_names else "NonKeyAttributes is not specified"
        raise MockValidationException(f"{_INVALID}ProjectionType is {kind}, but {what}")


def _check_local(index: Mapping[str, Any], table: Elements) -> None:
    _check_second(index["KeySchema"])
    own, first, name = index["KeySchema"], table[0]["AttributeName"], index["IndexName"]
    if len(own) < 2:
        raise MockValidationException(f"{_INVALID}Index KeySchema does not have a range key for index: {name}")
    if own[0]["AttributeName"] != first:
        raise MockValidationException(
            f"{_INVALID}Index KeySchema does not have the same leading hash key as table KeySchema for index: {name}. "
            f"index hash key: {own[0]['AttributeName']}, table hash key: {first}"
        )


def _check_keys(schema: Elements, definitions: Elements) -> None:
    keys, defined = ([each["AttributeName"] for each in elements] for elements in (schema, definitions))
    if len(keys) > len(defined):
        raise MockValidationException("Invalid KeySchema: Some index key attribute have no definition")
    if any(each not in defined for each in keys):
        raise MockValidationException(
            f"{_INVALID}Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: [{', '.join(keys)}], AttributeDefinitions: [{', '.join(defined)}]"
        )
    if len(set(keys)) < len(keys):
        raise MockValidationException("Both the Hash Key and the Range Key element in the KeySchema have the same name")
    if schema[0]["KeyType"] != "HASH":
        raise MockValidationException("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")


def _check_second(schema: Elements) -> None:
    """Raises MockValidationException; a global index alone may have several attributes in one part of its key."""
    if len(schema) > 1 and schema[1]["KeyType"] != "RANGE":
        raise MockValidationException("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
