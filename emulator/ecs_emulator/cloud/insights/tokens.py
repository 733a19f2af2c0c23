"""Tokens of a query of CloudWatch Logs Insights, and the cursor that a parser has in them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*
    |(?P<name>@?[A-Za-z_][\w.@]*|`[^`]+`)
    |(?P<number>-?\d+(?:\.\d+)?(?P<unit>ms|s|m|h|d|w)?)
    |"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'
    |(?P<sign>\||,|\(|\)|\[|\]|=~|!=|<=|>=|=|<|>|\*)
    |/(?P<expression>(?:[^/\\]|\\.)+)/(?P<flags>i?)""",
    re.VERBOSE,
)


class MalformedQuery(ValueError):
    """The message says what is wrong with a query, or what of it is not emulated."""


class Token(NamedTuple):
    """Token of a `kind`: name, number, text, sign, expression or end; `text` is without quotes."""

    kind: str
    text: str
    flags: str = ""

    @property
    def word(self) -> str:
        return self.text.lower() if self.kind == "name" else ""


_END = Token("end", "")


class Tokens:
    """Cursor in the tokens of a query. Raises MalformedQuery."""

    def __init__(self, query: str) -> None:
        self._tokens = list(_tokens(query))
        self._at = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def take(self, kind: str = "") -> Token:
        """The next token, which has to be of this kind."""
        found = self.next
        if kind and found.kind != kind:
            raise MalformedQuery(f"unexpected symbol found {found.text or 'at the end'}; a {kind} is expected")
        self._at += 1
        return found

    def takes(self, text: str) -> bool:
        """True where the next token is this sign or word, which is taken then."""
        is_it = (self.next.kind == "sign" and self.next.text == text) or self.next.word == text
        self._at += is_it
        return is_it

    def expect(self, text: str) -> None:
        if not self.takes(text):
            raise MalformedQuery(f"unexpected symbol found {self.next.text or 'at the end'}; {text} is expected")


def _tokens(query: str) -> Iterator[Token]:
    at = 0
    while at < len(query):
        found = _TOKEN.match(query, at)
        if not found:
            raise MalformedQuery(f"unexpected symbol found {query[at]} at position {at}")
        at = found.end()
        kind = found.lastgroup
        if kind in ("double", "single"):
            yield Token("text", re.sub(r"\\(.)", r"\1", found[kind]))
        elif kind == "flags":
            yield Token("expression", found["expression"], found["flags"])
        elif kind == "name":
            yield Token("name", found["name"].strip("`"))
        elif kind in ("number", "unit"):
            yield Token("number", found["number"])
        elif kind:
            yield Token(kind, found[kind])
