"""Attribute values of DynamoDB as they are stored: of one type each, numbers in their one form, sets without doubles.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.dynamodb.exceptions import MockValidationException

from ecs_emulator.cloud.numbers import NoNumber, normal
from ecs_emulator.cloud.operand_types import ordinal

_EMPTY_SETS = {
    "SS": "An string set  may not be empty",
    "NS": "An number set  may not be empty",
    "BS": "Binary sets should not be empty",
}
_DEEPEST = 32  # levels: a value, and what it is in
_INVALID = "One or more parameter values were invalid: "


def stored(node: Any) -> Any:
    """The same with numbers as they are stored. Raises MockValidationException."""
    if isinstance(node, list):
        return [stored(each) for each in node]
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        ((kind, value),) = node.items()
        if kind == "N" and isinstance(value, str):
            return {"N": _number(value)}
        if kind in _EMPTY_SETS and isinstance(value, list):
            return {kind: _set(kind, value)}
    return {key: stored(value) for key, value in node.items()}


def check_types(values: Mapping[str, Any]) -> None:
    """Raises MockValidationException where one of the attribute values, or of those in it, has not one type."""
    for value in values.values():
        _check_type(value, 1)


def in_order(kind: str, members: list[Any]) -> list[Any]:
    """Members of a set in the order that it is told in; `kind` is SS, NS or BS."""
    return sorted(members, key=lambda each: ordinal({kind[0]: each}))


def not_of_one_type(value: Any) -> MockValidationException:
    """Error for a value that has no type, or several."""
    what = "has more than one datatypes set" if value else "is empty"
    return MockValidationException(
        f"Supplied AttributeValue {what}, must contain exactly one of the supported datatypes"
    )


def _check_type(value: Any, level: int) -> None:
    if not isinstance(value, dict) or len(value) != 1:
        raise not_of_one_type(value)
    if level > _DEEPEST:
        raise MockValidationException(
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported "
            "limit"
        )
    ((kind, content),) = value.items()
    if kind == "NULL" and content is not True:
        raise MockValidationException(f"{_INVALID}Null attribute value types must have the value of true")
    inside = content.values() if kind == "M" and isinstance(content, dict) else content if kind == "L" else ()
    for each in inside if isinstance(content, dict | list) else ():
        _check_type(each, level + 1)


def _set(kind: str, values: list[Any]) -> list[Any]:
    if not values:
        raise MockValidationException(f"{_INVALID}{_EMPTY_SETS[kind]}")
    kept = [_number(each) if kind == "NS" else each for each in values]
    if len(set(kept)) < len(kept):
        shown = ", ".join(str(each) for each in values)
        of_type = "of type BS " if kind == "BS" else ""
        raise MockValidationException(f"{_INVALID}Input collection [{shown}] {of_type}contains duplicates.")
    return in_order(kind, kept)


def _number(text: str) -> str:
    try:
        return normal(text)
    except NoNumber as error:
        raise MockValidationException(str(error)) from error
