"""Filter patterns of CloudWatch Logs: terms, fields of JSON events, fields between spaces.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from ecs_emulator.cloud.delimited_pattern import DelimitedPattern
from ecs_emulator.cloud.field_conditions import InvalidPattern, compiled, unescaped
from ecs_emulator.cloud.json_pattern import JsonPattern

__all__ = ["FilterPattern", "InvalidPattern", "parsed_pattern"]

_TERM = re.compile(r'\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\w+))(?=\s|$)')
_EXPRESSION = re.compile(r"%((?:[^%\\]|\\.)*)%")


class FilterPattern(Protocol):
    """Filter pattern. `value` is that of a field, as a metric takes it: None where an event has none."""

    selectors: tuple[str, ...]  # of the fields that it names

    def matches(self, message: str) -> bool: ...

    def value(self, message: str, selector: str) -> str | None: ...


@lru_cache(maxsize=256)
def parsed_pattern(pattern: str) -> FilterPattern:
    """The filter pattern of a text; an empty one matches every event. Raises InvalidPattern."""
    text = pattern.strip()
    if text.startswith("{"):
        return JsonPattern(text)
    if text.startswith("["):
        return DelimitedPattern(text)
    return _Terms(text)


class _Terms:
    """Terms: all of them, none of those after `-`; of those after `?` any, where there are no others."""

    selectors: tuple[str, ...] = ()

    def __init__(self, text: str) -> None:
        if found := _EXPRESSION.fullmatch(text):
            self.matches: Callable[[str], bool] = compiled(found[1])
            return
        signs: dict[str, list[str]] = {"": [], "-": [], "?": []}
        at = 0
        while at < len(text):
            found = _TERM.match(text, at)
            if not found:
                raise InvalidPattern(f"Invalid character(s) in term '{text[at:].split()[0]}'")
            signs[found[1]].append(found[3] or unescaped(found[2]))
            at = found.end()
        required, excluded = signs[""], signs["-"]
        optional = [] if required or excluded else signs["?"]
        self.matches = lambda message: (
            all(term in message for term in required)
            and not any(term in message for term in excluded)
            and (not optional or any(term in message for term in optional))
        )

    def value(self, message: str, selector: str) -> str | None:  # noqa: ARG002
        return None
