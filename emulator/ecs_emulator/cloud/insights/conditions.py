"""Conditions of the command `filter` of CloudWatch Logs Insights.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Filter.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from ecs_emulator.cloud.insights.fields import Row, numeric
from ecs_emulator.cloud.insights.tokens import MalformedQuery, Token, Tokens

Holds = Callable[[Row], bool]
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def condition(tokens: Tokens) -> Holds:
    """Condition on a row: comparisons joined by `and`, `or`, `not`. Raises MalformedQuery."""
    parts = [_all(tokens)]
    while tokens.takes("or"):
        parts.append(_all(tokens))
    return lambda row: any(part(row) for part in parts)


def _all(tokens: Tokens) -> Holds:
    parts = [_one(tokens)]
    while tokens.takes("and"):
        parts.append(_one(tokens))
    return lambda row: all(part(row) for part in parts)


def _one(tokens: Tokens) -> Holds:
    if tokens.takes("not"):
        return _negated(_one(tokens))
    if tokens.takes("("):
        inner = condition(tokens)
        tokens.expect(")")
        return inner
    name = tokens.take("name").text
    if tokens.next == Token("sign", "("):
        return _function(name, tokens)
    if tokens.takes("not"):
        return _negated(_compared(name, tokens, ("like", "in")))
    return _compared(name, tokens, ())


def _function(name: str, tokens: Tokens) -> Holds:
    if name.lower() != "ispresent":
        raise MalformedQuery(f"the function {name} is not emulated")
    tokens.expect("(")
    field = tokens.take("name").text
    tokens.expect(")")
    return lambda row: row[field] is not None


def _compared(name: str, tokens: Tokens, only: tuple[str, ...]) -> Holds:
    sign = tokens.take()
    how = sign.word or sign.text
    if only and how not in only:
        raise MalformedQuery(f"unexpected symbol found {how}")
    if how in ("like", "=~"):
        return _like(name, tokens.take())
    if how == "in":
        values = _values(tokens)
        return lambda row: any(_equal(row[name], value) for value in values)
    value = _value(tokens.take())
    if how == "=":
        return lambda row: _equal(row[name], value)
    if how == "!=":
        return lambda row: not _equal(row[name], value)
    if how not in _ORDERS:
        raise MalformedQuery(f"unexpected symbol found {how or 'at the end'}")
    return lambda row: _ordered(_ORDERS[how], row[name], value)


def _like(name: str, token: Token) -> Holds:
    if token.kind == "text":
        return lambda row: row[name] is not None and token.text in str(row[name])
    if token.kind != "expression":
        raise MalformedQuery("like takes a text or a regular expression")
    try:
        expression = re.compile(token.text, re.IGNORECASE if token.flags else 0)
    except re.error as error:
        raise MalformedQuery(f"/{token.text}/ is no regular expression: {error}") from error
    return lambda row: row[name] is not None and expression.search(str(row[name])) is not None


def _values(tokens: Tokens) -> list[str | float]:
    tokens.expect("[")
    values = [_value(tokens.take())]
    while tokens.takes(","):
        values.append(_value(tokens.take()))
    tokens.expect("]")
    return values


def _value(token: Token) -> str | float:
    if token.kind == "number" and (found := numeric(token.text)) is not None:
        return found
    if token.kind != "text":
        raise MalformedQuery(f"unexpected symbol found {token.text or 'at the end'}; a value is expected")
    return token.text


def _equal(found: Any, value: str | float) -> bool:
    if isinstance(value, float):
        return numeric(found) == value
    return found is not None and (found if isinstance(found, str) else str(found)) == value


def _ordered(order: Callable[[Any, Any], bool], found: Any, value: str | float) -> bool:
    if isinstance(value, float):
        return (number := numeric(found)) is not None and order(number, value)
    return isinstance(found, str) and order(found, value)


def _negated(holds: Holds) -> Holds:
    return lambda row: not holds(row)
