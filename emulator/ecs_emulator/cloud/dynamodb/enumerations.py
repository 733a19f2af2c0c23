"""Enumerations of DynamoDB's inputs, by its public model.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from moto.dynamodb.exceptions import MockValidationException

from ecs_emulator.cloud.protocols import service_model


def check_enumerations(operation: str, given: Mapping[str, Any]) -> None:
    """Raises MockValidationException; `operation` as AWS calls it."""
    for name, values in _enumerations(operation).items():
        if name in given:
            check_value(name[:1].lower() + name[1:], given[name], values)


def check_value(where: str, value: Any, values: Sequence[str]) -> None:
    """Raises MockValidationException for what is none of the values; `where` is the path of a member."""
    if value not in values:
        raise MockValidationException(
            f"1 validation error detected: Value '{value}' at '{where}' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(values)}]"
        )


@cache
def _enumerations(operation: str) -> dict[str, Sequence[str]]:
    shape = service_model("dynamodb").operation_model(operation).input_shape
    members: Mapping[str, Any] = shape.members if shape else {}
    return {name: each.enum for name, each in members.items() if getattr(each, "enum", None)}
