"""Attribute values of DynamoDB, as its wire types them and as plain Python.

The types that boto3 gives them (numbers are Decimals, bytes are Binary), for a tenth of its processor time.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, cast

Item = dict[str, Any]


def _binary(text: str) -> Any:
    # No row of ours holds one, and a start is short without boto3.
    from boto3.dynamodb.types import Binary

    return Binary(b64decode(text))


def serialize(value: Any) -> dict[str, Any]:
    """The attribute value of a plain value. Raises TypeError where there is none."""
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    from boto3.dynamodb.types import TypeSerializer

    return cast("dict[str, Any]", TypeSerializer().serialize(value))


def deserialize(item: Mapping[str, Any]) -> Item:
    """The plain values of attributes. Raises an error of Python's where these are no attribute values."""
    return {name: _plain(attribute) for name, attribute in item.items()}


def _plain(attribute: Mapping[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    return value if kind in ("S", "BOOL") else _PLAIN[kind](value)


# But for those whose JSON is as plain as can be.
_PLAIN: dict[str, Callable[[Any], Any]] = {
    "B": _binary,
    "BS": lambda values: {_binary(value) for value in values},
    "L": lambda values: [_plain(value) for value in values],
    "M": deserialize,
    "N": Decimal,
    "NS": lambda values: {Decimal(value) for value in values},
    "NULL": lambda _: None,
    "SS": set,
}
