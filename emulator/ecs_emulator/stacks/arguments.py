"""Arguments of intrinsic functions, of the form that each function takes."""

from __future__ import annotations

import re
from typing import Any

from ecs_emulator.stacks.errors import TemplateError, shown
from ecs_emulator.stacks.schema import is_scalar

_WHOLE = re.compile(r"-?[0-9]{1,18}")


def items(function: str, argument: Any, least: int, most: int | None = None) -> list[Any]:
    """The argument of a function that takes a list of `least` to `most` values. Raises TemplateError."""
    most = most or least
    if not isinstance(argument, list) or not least <= len(argument) <= most:
        count = str(least) if least == most else f"{least} to {most}"
        raise TemplateError(f"{function} takes a list of {count}; it is {shown(argument)}.")
    return argument


def plain(function: str, argument: Any) -> str:
    """A text, number or truth value as text. Raises TemplateError."""
    if not is_scalar(argument):
        raise TemplateError(f"{function} takes a text; it is {shown(argument)}.")
    return str(argument).lower() if isinstance(argument, bool) else str(argument)


def whole(function: str, argument: Any) -> int:
    """A whole number, which may be a text. Raises TemplateError."""
    if not is_scalar(argument) or not _WHOLE.fullmatch(str(argument)):
        raise TemplateError(f"{function} takes a whole number; it is {shown(argument)}.")
    return int(str(argument))
