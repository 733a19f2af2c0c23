"""Filter pattern on fields between spaces, such as `[host, user, ..., status = 4*, bytes > 1000]`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-spaces-log-events.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ecs_emulator.cloud.field_conditions import EXPRESSIONS, FieldConditions, Holds, InvalidPattern, Values

# What stands between brackets or quotes is one field.
_FIELD_OF_EVENT = re.compile(r'\[[^\]]*\]|"[^"]*"|\S+')
_AROUND = {"[": "]", '"': '"'}
_FIELD = re.compile(r"""(?:[^,"%]|"(?:[^"\\]|\\.)*"|%(?:[^%\\]|\\.)*%)+""")
_NAME = re.compile(r"\s*([A-Za-z0-9_.-]+)")
_ELLIPSIS = "..."


class DelimitedPattern:
    """Pattern in brackets. An event has as many fields, unless an ellipsis stands for some. Raises InvalidPattern."""

    def __init__(self, text: str) -> None:
        if not text.endswith("]"):
            raise InvalidPattern("The closing bracket is missing.")
        fields = [each.strip() for each in _FIELD.findall(text[1:-1])]
        if text[1:-1].count(",") and not all(fields):
            raise InvalidPattern("A field has no name.")
        if fields.count(_ELLIPSIS) > 1:
            raise InvalidPattern("A pattern has at most one ellipsis.")
        at = fields.index(_ELLIPSIS) if _ELLIPSIS in fields else None
        self._is_open = at is not None
        self._first = [_Field(each) for each in fields[:at]]
        self._last = [_Field(each) for each in fields[at + 1 :]] if at is not None else []
        self.selectors = tuple(f"${each.name}" for each in (*self._first, *self._last))
        if sum(each.expressions for each in (*self._first, *self._last)) > EXPRESSIONS:
            raise InvalidPattern(f"A pattern has at most {EXPRESSIONS} regular expressions.")

        # Where each stands, those behind an ellipsis from the end.
        self._fields = [*enumerate(self._first), *enumerate(self._last, -len(self._last))]
        self._conditions = [(at, field.holds) for at, field in self._fields if field.holds]

    def matches(self, message: str) -> bool:
        values = self._values(message)
        if values is None:
            return False
        for at, holds in self._conditions:  # noqa: SIM110 (a generator for each event costs as much as the rest)
            if not holds(_inner(values[at])):
                return False
        return True

    def value(self, message: str, selector: str) -> str | None:
        values = self._values(message)
        return next((_inner(values[at]) for at, field in self._fields if values and f"${field.name}" == selector), None)

    def _values(self, message: str) -> Sequence[str] | None:
        """Fields of an event, None when it has too few or too many."""
        values = message.split() if "[" not in message and '"' not in message else _FIELD_OF_EVENT.findall(message)
        count = len(self._fields)
        return None if len(values) < count or (len(values) > count and not self._is_open) else values


def _inner(value: str) -> str:
    """A field without what stands around it."""
    return value[1:-1] if len(value) > 1 and _AROUND.get(value[0]) == value[-1] else value


class _Field:
    """Field with its name and what has to hold of it."""

    def __init__(self, text: str) -> None:
        found = _NAME.match(text)
        if not found:
            raise InvalidPattern(f"Invalid character(s) in term '{text}'")
        self.name = found[1]
        conditions = _Conditions(self.name, text) if text != self.name else None
        self.holds = conditions.hold if conditions else None
        self.expressions = conditions.expressions if conditions else 0


class _Conditions(FieldConditions):
    def __init__(self, name: str, text: str) -> None:
        self._name = name
        super().__init__(text)

    def _values(self, kind: str, token: str) -> Values:
        if kind not in ("bare", "word") or token != self._name:
            raise InvalidPattern(f"A condition is on the field {self._name}, not on {token!r}.")
        return lambda value: (value,)

    def _on_any(self, values: Values, compares: Holds) -> Holds:  # noqa: ARG002
        return compares
