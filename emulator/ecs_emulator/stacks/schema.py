"""Schema of a value: what in it is text, number, list or mapping, and what has to be there.

A schema is one of the scalars below, a list with the schema of each item, or a mapping of names to schemas. A name
that ends in `?` may be missing, the name `*` stands for every name, and names that are not in the schema are nobody's
business here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ecs_emulator.stacks.errors import TemplateError, shown
from ecs_emulator.stacks.quotas import NAME

Schema = str | list[Any] | dict[str, Any]

ANY = "anything"
MAP = "a mapping"
MAYBE_MAP = "a mapping or nothing"
TEXT = "a text"
TEXTS = "a text or a list of texts"
NUMBER = "a number"
WHOLE = "a whole number"

_DIGITS = re.compile(r"[0-9]{1,18}")


def check(schema: Schema, value: Any, allowed: Any = None) -> None:
    """Raises TemplateError, with the path, where `value` is not as `schema` says; what equals `allowed` always is."""
    if allowed is not None and value == allowed:
        return
    if isinstance(schema, str):
        if not _IS[schema](value):
            raise TemplateError(f"it should be {schema}; it is {shown(value)}.")
    elif isinstance(schema, list):
        if not isinstance(value, list):
            raise TemplateError(f"it should be a list; it is {shown(value)}.")
        for index, each in enumerate(value):
            _check_part(index, schema[0], each, allowed)
    else:
        _check_mapping(schema, value, allowed)


def _check_mapping(schema: dict[str, Any], value: Any, allowed: Any) -> None:
    if not isinstance(value, dict):
        raise TemplateError(f"it should be a mapping; it is {shown(value)}.")
    for name, part in schema.items():
        key = name.removesuffix("?")
        if name == "*":
            for each in value:
                _check_name(each)
                _check_part(each, part, value[each], allowed)
        elif key in value:
            _check_part(key, part, value[key], allowed)
        elif key == name:
            raise TemplateError(f"it has no {key}.")


def _check_name(name: str) -> None:
    if len(name) > NAME:
        raise TemplateError(f"the name {shown(name)} has more than {NAME} characters.")


def _check_part(name: object, schema: Schema, value: Any, allowed: Any) -> None:
    try:
        check(schema, value, allowed)
    except TemplateError as error:
        error.within(name)
        raise


def is_scalar(value: Any) -> bool:
    """True when a value is one text, number or truth value."""
    return isinstance(value, str | int | float)


def _is_number(value: Any) -> bool:
    try:
        return is_scalar(value) and float(str(value)) is not None
    except ValueError:
        return False


_IS: dict[str, Callable[[Any], bool]] = {
    ANY: lambda _value: True,
    MAP: lambda value: isinstance(value, dict),
    MAYBE_MAP: lambda value: value is None or isinstance(value, dict),
    TEXT: is_scalar,
    TEXTS: lambda value: all(map(is_scalar, value)) if isinstance(value, list) else is_scalar(value),
    NUMBER: _is_number,
    WHOLE: lambda value: is_scalar(value) and _DIGITS.fullmatch(str(value)) is not None,
}
