"""Values of properties against a published schema: JSON type, enumeration, range, length, count and pattern.

The sentences are those of CloudFormation's own validator of a schema, with what would be right behind them. It never
refuses what AWS takes, so only what is known is judged: what a template states itself and, of files, what parameters
and functions give; no value of a resource, no dynamic reference, nothing that a schema says in `allOf`, `anyOf`,
`oneOf` or `patternProperties`, and where a value has several types nothing but those. Formats and unique items are not
judged, and patterns only ASCII texts.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import regex

from ecs_emulator.stacks.errors import TemplateError

Resolve = Callable[[Any], dict[str, Any]]  # a schema, with its `$ref` followed

_DEADLINE = 0.1  # seconds for a pattern and a text; what takes longer is not judged
_OF_JAVA = ("&&", "[[")  # classes within classes, which this engine reads otherwise
_KINDS = {"array": "JSONArray", "object": "JSONObject"}


def wrong_values(schema: Any, value: Any, resolve: Resolve, *path: str) -> Iterator[TemplateError]:
    """An error for each value, as a template has it, that is not as a schema says; `path` leads to it."""
    if is_open(value):
        return
    own = resolve(schema)
    kinds = _kinds(own)
    if kinds and not any(_is(kind, value) for kind in kinds):
        expected = " or ".join(_KINDS.get(kind, kind.capitalize()) for kind in kinds)
        yield TemplateError(f"expected type: {expected}, found: {_found(value)}").within(*path)
    elif len(kinds) <= 1:
        for keyword in _unmet(own, kinds[0] if kinds else "", value):
            message = f"failed validation constraint for keyword [{keyword}]: {own[keyword]}"
            yield TemplateError(message).within(*path)
    if isinstance(value, dict):
        for name, each in value.items():
            if name in own.get("properties", {}):
                yield from wrong_values(own["properties"][name], each, resolve, *path, name)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from wrong_values(own.get("items", {}), each, resolve, *path, str(index))


def is_open(value: Any) -> bool:
    """True for what a template leaves to functions, to dynamic references or to nobody."""
    if isinstance(value, dict):
        return any(map(is_function, value))
    return value is None or (isinstance(value, str) and "{{" in value)


def is_function(name: str) -> bool:
    """True for the name of an intrinsic function, and not for a property that begins like one."""
    return str(name).startswith("Fn::") or name in ("Ref", "Condition")


def _kinds(schema: dict[str, Any]) -> list[str]:
    kinds = schema.get("type", [])
    return kinds if isinstance(kinds, list) else [kinds]


def _is(kind: str, value: Any) -> bool:
    """True when CloudFormation takes a value for one of a JSON type: '20' is a number, and 20 is a string."""
    match kind:
        case "object":
            # A document may be written as text.
            return isinstance(value, dict) or (isinstance(value, str) and value.lstrip().startswith("{"))
        case "integer" | "number":
            number = _number(value)
            return number is not None and (kind == "number" or number.is_integer())
        case "boolean":
            return str(value).lower() in ("true", "false", "0", "1")
        case "string":
            return not isinstance(value, dict | list)
        case _:
            return True  # one value is taken for an array of it


def _unmet(schema: dict[str, Any], kind: str, value: Any) -> Iterator[str]:
    """The keywords of a schema that a value of the right type does not meet."""
    tests: dict[str, Callable[[Any], bool]] = {}
    if kind == "string" and isinstance(value, str):
        tests |= {
            "enum": lambda allowed: value in map(str, allowed),
            "minLength": lambda least: len(value) >= least,
            "maxLength": lambda most: len(value) <= most,
            "pattern": lambda pattern: _matches(pattern, value),
        }
    elif kind in ("integer", "number") and (number := _number(value)) is not None:
        tests |= {
            "enum": lambda allowed: number in map(_number, allowed),
            "minimum": lambda least: number >= least,
            "maximum": lambda most: number <= most,
        }
    elif isinstance(value, list) and not any(map(is_open, value)):
        tests |= {"minItems": lambda least: len(value) >= least, "maxItems": lambda most: len(value) <= most}
    yield from (name for name, is_met in tests.items() if name in schema and not is_met(schema[name]))


def _matches(pattern: str, text: str) -> bool:
    """False when a text has no part that a pattern matches; True as well when that is not known."""
    if not text.isascii() or any(each in pattern for each in _OF_JAVA):
        return True
    try:
        # A pattern matches anywhere in a text, as JSON Schema has it.
        return regex.search(pattern, text, timeout=_DEADLINE) is not None
    except (regex.error, TimeoutError):
        return True


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _found(value: Any) -> str:
    names = {bool: "Boolean", int: "Integer", float: "Number", list: "JSONArray", dict: "JSONObject"}
    return names.get(type(value), "String")
