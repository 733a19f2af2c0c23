"""Constraints that the public model of a service states for an input: lengths, counts, ranges and characters.

botocore holds a client's input against what is required and against minima, and leaves the rest to the service:
https://smithy.io/2.0/spec/constraint-traits.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

_LONGEST = 100  # characters of a value in a message
# Members that ECS wants of a structure, of which its model says of none that it has to be there.
_WANTED = {"ClusterSetting": "name", "KeyValuePair": "name", "Tag": "key"}


def constraint_error(shape: Shape, value: Any) -> str:
    """Constraints that a value of a shape does not meet, in AWS's sentence; empty when it meets all."""
    found = list(_unmet(shape, value, ""))
    if not found:
        return ""
    return f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: {'; '.join(found)}"


def _unmet(shape: Shape, value: Any, where: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        wanted = _WANTED.get(shape.name, "")
        if wanted in shape.members and wanted not in value:
            yield f"Value null at '{where}.{wanted}' failed to satisfy constraint: Member must not be null"
        for name, each in value.items():
            if name in shape.members:
                yield from _unmet(shape.members[name], each, f"{where}.{name[:1].lower()}{name[1:]}".lstrip("."))
        return
    for must in _must(shape, value):
        yield f"Value {_shown(value)} at '{where}' failed to satisfy constraint: Member must {must}"
    if isinstance(shape, ListShape):
        for number, each in enumerate(value, 1):
            yield from _unmet(shape.member, each, f"{where}.{number}.member")
    elif isinstance(shape, MapShape):
        for name, each in value.items():
            yield from _unmet(shape.value, each, f"{where}.{name}.member")


def _must(shape: Shape, value: Any) -> Iterator[str]:
    limits = shape.metadata
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    size, what = (
        (value, "value") if is_number else (len(value) if isinstance(value, str | list | dict) else None, "length")
    )
    if size is None:
        return
    if "max" in limits and size > limits["max"]:
        yield f"have {what} less than or equal to {limits['max']}"
    if "min" in limits and size < limits["min"]:
        yield f"have {what} greater than or equal to {limits['min']}"
    if isinstance(value, str) and (pattern := limits.get("pattern")) and not _fits(pattern, value):
        yield f"satisfy regular expression pattern: {pattern}"


def _fits(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """None for a pattern that only Java reads."""
    try:
        return re.compile(pattern.replace(r"\p{L}\p{Z}\p{N}", r"\w\s"), re.DOTALL)
    except re.error:
        return None


def _shown(value: Any) -> str:
    text = str(value)
    return f"'{text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}'"
