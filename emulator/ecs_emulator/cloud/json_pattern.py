"""Filter pattern on the fields of JSON log events, such as `{ $.status >= 500 && $.path = "/items*" }`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ecs_emulator.cloud.field_conditions import EXPRESSIONS, FieldConditions, InvalidPattern, Values

_STEP = re.compile(r"""\.?\[(?:'([^']*)'|"([^"]*)")\]|\.([A-Za-z0-9_-]+)|\[(\d+|\*)\]""")

_decode = json.JSONDecoder().raw_decode

Steps = Sequence[tuple[str, str, str, str]]


class JsonPattern:
    """Pattern in braces; what is no JSON object or array matches none. Raises InvalidPattern."""

    def __init__(self, text: str) -> None:
        if not text.endswith("}"):
            raise InvalidPattern("The closing brace is missing.")
        self._conditions = _Conditions(text[1:-1])
        self.selectors = tuple(dict.fromkeys(self._conditions.selectors))
        if self._conditions.expressions > EXPRESSIONS:
            raise InvalidPattern(f"A pattern has at most {EXPRESSIONS} regular expressions.")

    def matches(self, message: str) -> bool:
        event = _event(message)
        return event is not None and self._conditions.hold(event)

    def value(self, message: str, selector: str) -> str | None:
        for found in _values(_event(message), _STEP.findall(selector)):
            if isinstance(found, dict | list):
                return json.dumps(found)
            return found if isinstance(found, str) else json.dumps(found)
        return None


class _Conditions(FieldConditions):
    def __init__(self, text: str) -> None:
        self.selectors: list[str] = []
        super().__init__(text)

    def _values(self, kind: str, token: str) -> Values:
        if kind != "selector":
            raise InvalidPattern(f"A field such as $.level is expected, not {token!r}.")
        if token.count("[*]") > 1:
            raise InvalidPattern(f"{token} has more than one wildcard.")
        self.selectors.append(token)
        steps = _STEP.findall(token)
        if "[*]" in token:
            return lambda event: _values(event, steps)
        plain = [int(index) if index else name or single or double for single, double, name, index in steps]
        return lambda event: _value(event, plain)


def _event(message: str) -> Any:
    """The object or array that a message is, None where it is neither."""
    if not message.lstrip().startswith(("{", "[")):
        return None
    text = message.strip()
    try:
        event, end = _decode(text)
    except (ValueError, RecursionError):
        return None
    return event if end == len(text) else None


def _value(event: Any, steps: Sequence[str | int]) -> Sequence[Any]:
    """What is at the end of steps without a wildcard: one value, or none."""
    for step in steps:
        if isinstance(step, int):
            if not isinstance(event, list) or step >= len(event):
                return ()
        elif not isinstance(event, dict) or step not in event:
            return ()
        event = event[step]
    return (event,)


def _values(event: Any, steps: Steps) -> Iterator[Any]:
    for number, (single, double, name, index) in enumerate(steps):
        if index == "*":
            for each in event if isinstance(event, list) else ():
                yield from _values(each, steps[number + 1 :])
            return
        if index:
            if not isinstance(event, list) or int(index) >= len(event):
                return
            event = event[int(index)]
        else:
            key = name or single or double
            if not isinstance(event, dict) or key not in event:
                return
            event = event[key]
    yield event
