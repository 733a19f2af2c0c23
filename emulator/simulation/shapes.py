"""Shapes of answers, checked against the names and types of botocore's model of ECS."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.session import get_session

_MODEL = get_session().get_service_model("ecs")
OPERATION_NAMES: list[str] = _MODEL.operation_names
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "double": (int, float),
    "float": (int, float),
    "boolean": bool,
    "timestamp": datetime,
}


class Misfit(Exception):
    """The message says where an answer has another name, type or value than its shape."""


def check_answer(operation: str, answer: dict[str, Any]) -> None:
    """Raises Misfit."""
    shape = _MODEL.operation_model(operation).output_shape
    if shape is None:
        raise Misfit(f"{operation} has no answer")
    _check(shape, answer, operation)


def _check(shape: Shape, value: Any, where: str) -> None:
    if isinstance(shape, StructureShape):
        _need(isinstance(value, dict), "is no structure", where, value)
        for name, each in value.items():
            _need(name in shape.members, f"has no member {name}", where, value)
            _check(shape.members[name], each, f"{where}.{name}")
    elif isinstance(shape, ListShape):
        _need(isinstance(value, list), "is no list", where, value)
        for number, each in enumerate(value):
            _check(shape.member, each, f"{where}[{number}]")
    elif isinstance(shape, MapShape):
        _need(isinstance(value, dict), "is no map", where, value)
        for each in value.values():
            _check(shape.value, each, where)
    else:
        _check_plain(shape, value, where)


def _check_plain(shape: Shape, value: Any, where: str) -> None:
    _need(isinstance(value, _TYPES[shape.type_name]), f"is no {shape.type_name}", where, value)
    _need(isinstance(value, bool) == (shape.type_name == "boolean"), f"is no {shape.type_name}", where, value)
    if isinstance(value, datetime):
        _need(value.tzinfo is not None, "has no timezone", where, value)
    choices = getattr(shape, "enum", None)
    _need(not choices or value in choices, f"is none of {choices}", where, value)


def _need(holds: bool, complaint: str, where: str, value: Any) -> None:
    if not holds:
        raise Misfit(f"{where} {complaint}: {value!r}")
