"""Tokens of DynamoDB's expressions: names, placeholders, values, numbers and signs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_TOKEN = re.compile(
    r"\s*(?:(?P<value>:\w+)|(?P<placeholder>#\w+)|(?P<word>[A-Za-z_]\w*)|(?P<number>[0-9]+)|(?P<sign><>|<=|>=|[=<>(),.\[\]]))"
)
KEYWORDS = ("and", "or", "not", "between", "in")


class InvalidExpression(ValueError):
    """The message is what DynamoDB says of it, without the name of the parameter."""


class ExpressionToken(NamedTuple):
    """Token of an expression: its kind, and its text as written."""

    kind: str
    text: str

    @property
    def keyword(self) -> str:
        return self.text.lower() if self.kind == "word" else ""


END = ExpressionToken("end", "<EOF>")


def tokens_of(expression: str) -> list[ExpressionToken]:
    """Tokens in their order. Raises InvalidExpression."""
    tokens: list[ExpressionToken] = []
    at, end = 0, len(expression.rstrip())
    while at < end:
        found = _TOKEN.match(expression, at)
        if not found or found.lastgroup is None:
            raise InvalidExpression(
                f'Syntax error; token: "{expression[at:].strip()[0]}", near: "{expression[at:][:20]}"'
            )
        tokens.append(ExpressionToken(found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


def attribute_names(expression: str, names: Mapping[str, str]) -> list[str]:
    """Names of the attributes that a plain condition is on, those at the top of an item, as often as they are there."""
    found: list[str] = []
    before = ""
    for token in _TOKEN.finditer(expression):
        is_call = expression[token.end() :].lstrip()[:1] == "("
        if token.lastgroup == "placeholder" and before != ".":
            found.append(names.get(token["placeholder"], ""))
        elif token.lastgroup == "word" and before != "." and not is_call and token["word"].lower() not in KEYWORDS:
            found.append(token["word"])
        before = token["sign"] or ""
    return found
