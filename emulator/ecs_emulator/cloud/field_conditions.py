"""Conditions on the fields of log events, such as `$.status >= 500 && $.path = "/items*"`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
"""

from __future__ import annotations

import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import regex

from ecs_emulator.wildcards import fits

_PATIENCE = 1.0  # seconds for one text
_log = logging.getLogger(__name__)

_TOKEN = re.compile(
    r"""\s*(?:(?P<selector>\$(?:\.[A-Za-z0-9_-]+|\[(?:\d+|\*|'[^']*'|"[^"]*")\]|\.\['[^']*'\])*)
    |(?P<sign>&&|\|\||!=|<=|>=|[=<>()])
    |(?P<word>IS|NOT|EXISTS|NULL|TRUE|FALSE)(?![A-Za-z0-9_])
    |"(?P<text>(?:[^"\\]|\\.)*)"
    |%(?P<expression>(?:[^%\\]|\\.)*)%
    |(?P<bare>[^\s"%=!<>()&|,{}\[\]]+))""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
_OF_EXPRESSIONS = re.compile(r"(?:[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|*+.]|\\[\x21-\x7e])*")
EXPRESSIONS = 2  # regular expressions of a pattern on fields

Values = Callable[[Any], Iterable[Any]]
Holds = Callable[[Any], bool]


class InvalidPattern(ValueError):
    """The message says what is wrong with a pattern."""


class FieldConditions(ABC):
    """Conditions that are joined by `&&` and `||`. Raises InvalidPattern."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self.hold: Holds = self._any()
        if self._at != len(self._tokens):
            raise InvalidPattern(f"{self._tokens[self._at][1]!r} is not expected here.")

    @property
    def expressions(self) -> int:
        """Number of its values that are regular expressions."""
        return sum(kind == "expression" for kind, _ in self._tokens)

    @abstractmethod
    def _values(self, kind: str, token: str) -> Values:
        """The values of the field that a token names. Raises InvalidPattern."""

    def _any(self) -> Holds:
        parts = [self._all()]
        while self._take("||"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else lambda event: any(part(event) for part in parts)

    def _all(self) -> Holds:
        parts = [self._one()]
        while self._take("&&"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda event: all(part(event) for part in parts)

    def _one(self) -> Holds:
        if self._take("("):
            inner = self._any()
            if not self._take(")"):
                raise InvalidPattern("A parenthesis is not closed.")
            return inner
        values = self._values(*self._next())
        kind, operator = self._next()
        if kind == "word":
            return self._state(values, operator)
        if operator not in ("=", "!=", "<", "<=", ">", ">="):
            raise InvalidPattern(f"{operator!r} is no operator.")
        kind, value = self._next()
        if kind not in ("text", "expression", "bare", "word"):
            raise InvalidPattern(f"{value!r} is no value.")
        return self._on_any(values, _comparison(operator, kind, value))

    def _on_any(self, values: Values, compares: Holds) -> Holds:
        return lambda event: any(compares(found) for found in values(event))

    def _state(self, values: Values, word: str) -> Holds:
        if word == "EXISTS":
            return lambda event: any(True for _ in values(event))
        second = self._next()[1]
        if (word, second) == ("NOT", "EXISTS"):
            return lambda event: not any(True for _ in values(event))
        states = {"NULL": None, "TRUE": True, "FALSE": False}
        if word != "IS" or second not in states:
            raise InvalidPattern(f"{word} {second} is no condition.")
        return lambda event: any(found is states[second] for found in values(event))

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise InvalidPattern("The pattern ends too early.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, sign: str) -> bool:
        found = self._tokens[self._at : self._at + 1] == [("sign", sign)]
        self._at += found
        return found


def compiled(expression: str) -> Callable[[str], bool]:
    """Search of a text for a regular expression between percent signs: true where it is found. Raises InvalidPattern.

    Others go on meanwhile, and a search that would take for ever finds nothing: AWS's engine does not go back.
    """
    if not _OF_EXPRESSIONS.fullmatch(expression):
        raise InvalidPattern(f"Invalid character(s) in the regular expression {expression!r}")
    try:
        pattern = regex.compile(expression, regex.ASCII)
    except regex.error as error:
        raise InvalidPattern(f"{expression!r} is no regular expression: {error}.") from error

    def has(text: str) -> bool:
        try:
            return pattern.search(text, timeout=_PATIENCE, concurrent=True) is not None
        except TimeoutError:
            _log.warning("%r was not searched for to the end of an event of %d characters.", expression, len(text))
            return False

    return has


def unescaped(text: str) -> str:
    """Text between quotes, without the backslashes before what would end it."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def number(text: str) -> float | None:
    """The number that a text is, None where it is none."""
    return float(text) if _NUMBER.fullmatch(text) else None


def _tokens(pattern: str) -> Iterator[tuple[str, str]]:
    at, end = 0, len(pattern.rstrip())
    while at < end:
        found = _TOKEN.match(pattern, at)
        if not found or found.lastgroup is None:
            raise InvalidPattern(f"Invalid character(s) in '{pattern[at:].strip()}'")
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


def _comparison(operator: str, kind: str, value: str) -> Holds:
    if kind == "bare" and (bound := number(value)) is not None:
        return _on_numbers(operator, bound)
    if operator not in ("=", "!="):
        raise InvalidPattern(f"{operator} takes a number, not {value!r}.")
    is_equality = operator == "="
    if kind == "expression":
        expression = compiled(value)
        return lambda found: _is_scalar(found) and expression(_text(found)) == is_equality
    plain = unescaped(value) if kind == "text" else value
    if "*" not in plain:
        return lambda found: _is_scalar(found) and (_text(found) == plain) == is_equality
    if plain.find("*") == len(plain) - 1:
        start = plain[:-1]
        return lambda found: _is_scalar(found) and _text(found).startswith(start) == is_equality
    return lambda found: _is_scalar(found) and fits(plain, _text(found), has_one=False) == is_equality


def _on_numbers(operator: str, bound: float) -> Holds:
    compares: dict[str, Callable[[float], bool]] = {
        "=": lambda found: found == bound,
        "!=": lambda found: found != bound,
        "<": lambda found: found < bound,
        "<=": lambda found: found <= bound,
        ">": lambda found: found > bound,
        ">=": lambda found: found >= bound,
    }
    compare = compares[operator]

    def holds(found: Any) -> bool:
        if isinstance(found, str):
            found = number(found)
        if isinstance(found, bool) or not isinstance(found, int | float):
            return operator == "!=" and _is_scalar(found)
        return compare(found)

    return holds


def _is_scalar(found: Any) -> bool:
    """Whether it can be compared: null, an object and an array are not equal to anything, nor unequal."""
    return found is not None and not isinstance(found, dict | list)


def _text(found: Any) -> str:
    if isinstance(found, bool):
        return "true" if found else "false"
    return found if isinstance(found, str) else str(found)
