"""Whether an answer has the names and types that botocore's model of ECS says it has."""

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


def check_answer(operation: str, answer: dict[str, Any]) -> None:
    shape = _MODEL.operation_model(operation).output_shape
    assert shape is not None, f"{operation} has no answer"
    _check(shape, answer, operation)


def _check(shape: Shape, value: Any, where: str) -> None:
    if isinstance(shape, StructureShape):
        assert isinstance(value, dict), f"{where} is no structure: {value!r}"
        for name, each in value.items():
            assert name in shape.members, f"{where} has no member {name}"
            _check(shape.members[name], each, f"{where}.{name}")
    elif isinstance(shape, ListShape):
        assert isinstance(value, list), f"{where} is no list: {value!r}"
        for number, each in enumerate(value):
            _check(shape.member, each, f"{where}[{number}]")
    elif isinstance(shape, MapShape):
        assert isinstance(value, dict), f"{where} is no map: {value!r}"
        for each in value.values():
            _check(shape.value, each, where)
    else:
        _check_plain(shape, value, where)


def _check_plain(shape: Shape, value: Any, where: str) -> None:
    assert isinstance(value, _TYPES[shape.type_name]), f"{where} is no {shape.type_name}: {value!r}"
    assert isinstance(value, bool) == (shape.type_name == "boolean"), f"{where} is no {shape.type_name}: {value!r}"
    if isinstance(value, datetime):
        assert value.tzinfo is not None, f"{where} has no timezone"
    choices = getattr(shape, "enum", None)
    assert not choices or value in choices, f"{where} is none of {choices}: {value!r}"
