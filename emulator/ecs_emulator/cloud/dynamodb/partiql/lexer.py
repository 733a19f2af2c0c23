"""Lexemes of a statement of PartiQL, and the cursor that a parser has in them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

AttributeValue = Mapping[str, Any]

_LEXEME = re.compile(
    r"""\s+|--[^\n]*|/\*.*?\*/
    |'(?P<text>(?:[^']|'')*)'|"(?P<quoted>(?:[^"]|"")+)"
    |(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<name>[A-Za-z_$][\w$]*)
    |(?P<sign><<|>>|<=|>=|<>|!=|[=<>(){}\[\],.:;*+?-])""",
    re.VERBOSE | re.DOTALL,
)
# None of these is a name, unless it is in quotes.
_KEYWORDS = {
    *("all", "and", "as", "asc", "between", "by", "delete", "desc", "exists", "false", "from", "in", "insert", "into"),
    *("is", "limit", "missing", "not", "null", "or", "order", "remove", "returning", "select", "set", "true", "update"),
    *("value", "values", "where"),
}


class InvalidStatement(ValueError):
    """The message is what DynamoDB says of a statement."""


class Lexeme(NamedTuple):
    """Lexeme of a `kind`: text, name, number, keyword, sign or end; a keyword is in small letters."""

    kind: str
    text: str


_END = Lexeme("end", "")


class Lexer:
    """Cursor in the lexemes of a statement, with the parameters that it is given. Raises InvalidStatement."""

    def __init__(self, statement: str, parameters: Sequence[AttributeValue]) -> None:
        self._lexemes = list(_lexemes(statement))
        self._parameters = list(parameters)
        self._at = 0

    @property
    def next(self) -> Lexeme:
        return self._lexemes[self._at] if self._at < len(self._lexemes) else _END

    def take(self, kind: str) -> str:
        """The text of the next lexeme, which has to be of this kind."""
        found = self.next
        if found.kind != kind:
            raise self.error()
        self._at += 1
        return found.text

    def takes(self, *texts: str) -> bool:
        """True where the next lexemes are these signs and keywords, which are taken then."""
        found = self._lexemes[self._at : self._at + len(texts)]
        is_it = [each.text for each in found if each.kind in ("sign", "keyword")] == list(texts)
        self._at += len(texts) * is_it
        return is_it

    def expect(self, *texts: str) -> None:
        if not self.takes(*texts):
            raise self.error()

    def is_call(self) -> bool:
        """True where the next lexeme is the name of a function."""
        return self.next.kind == "name" and self._lexemes[self._at + 1 : self._at + 2] == [Lexeme("sign", "(")]

    def parameter(self) -> AttributeValue:
        """The value for the question mark that was taken."""
        if not self._parameters:
            raise _not_as_many()
        return self._parameters.pop(0)

    def end(self) -> None:
        self.takes(";")
        if self.next is not _END:
            raise leftover()
        if self._parameters:
            raise _not_as_many()

    def error(self) -> InvalidStatement:
        return malformed(f"Unexpected token: {self.next.text}" if self.next is not _END else "Unexpected end")


def malformed(detail: str) -> InvalidStatement:
    return InvalidStatement(f"Statement wasn't well formed, can't be processed: {detail}")


def leftover() -> InvalidStatement:
    return malformed("Unexpected token after expression")


def _not_as_many() -> InvalidStatement:
    return InvalidStatement("Number of parameters in request and statement don't match.")


def _lexemes(statement: str) -> Iterator[Lexeme]:
    at = 0
    while at < len(statement):
        found = _LEXEME.match(statement, at)
        if not found:
            raise malformed("")
        at = found.end()
        match found.lastgroup:
            case "text":
                yield Lexeme("text", found["text"].replace("''", "'"))
            case "quoted":
                yield Lexeme("name", found["quoted"].replace('""', '"'))
            case "name" if found["name"].lower() in _KEYWORDS:
                yield Lexeme("keyword", found["name"].lower())
            case str(kind):
                yield Lexeme(kind, found[kind])
