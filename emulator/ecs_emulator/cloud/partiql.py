"""Statements of PartiQL, as the parser that moto has reads them.

It reads `a='b'` as no comparison, takes what it does not know of a condition for one that nothing meets, and knows no
type of a literal.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from py_partiql_parser import QueryMetadata

AttributeValue = Mapping[str, Any]
Part = tuple[str, str]  # kind and text

_PART = re.compile(
    r"""(?P<text>'(?:[^']|'')*')|(?P<name>"[^"]*"|[A-Za-z_][\w.\[\]-]*)|(?P<number>-?\d+(?:\.\d+)?)
    |(?P<comparison><=|>=|<>|!=|[=<>])|(?P<parameter>\?)|(?P<rest>\S)""",
    re.VERBOSE,
)
_CONDITION = re.compile("NEV(?:aNEV)*")
_CHANGES = re.compile("NEV(?:cNEV)*")
_CONDITIONS_READ = "Of PartiQL's conditions only equalities, joined by AND, are emulated here."
_CHANGES_READ = "Of PartiQL's SET only attributes and their values, with commas between, are emulated here."
_OTHERS = ("OR", "NOT", "IN", "BETWEEN", "IS", "SET", "REMOVE")
_NAMED: dict[str, AttributeValue] = {"true": {"BOOL": True}, "false": {"BOOL": False}, "null": {"NULL": True}}


_table_names = QueryMetadata.get_table_names


def install() -> None:
    """Have the parser tell tables without the quotes around their names, in this process."""
    name = "get_table_names"
    setattr(QueryMetadata, name, lambda metadata: [each.strip('"') for each in _table_names(metadata)])


class NotEmulated(ValueError):
    """The message says what of a statement is not."""


def readable(statement: str, given: Sequence[AttributeValue]) -> tuple[str, list[AttributeValue]]:
    """The same statement with spaces around comparisons, and its parameters; of SELECT and UPDATE, with parameters in
    the place of literals, of which the parser loses the types. Raises NotEmulated.
    """
    found = [each for each in _PART.finditer(statement) if each[0] != ";"]
    parts = [(each.lastgroup or "", each[0]) for each in found]
    kind = parts[0][1].upper() if parts else ""
    start, where = _index(parts, "SET", "WHERE"), _index(parts, "WHERE")
    if start == len(parts):
        return statement, list(given)
    if where < len(parts):
        condition = parts[where + 1 :]
        _check(_CONDITION, condition[: _index(condition, "ORDER", "RETURNING")], _CONDITIONS_READ)
    if kind == "DELETE" and any(part[0] == "number" for part in parts[start:]):
        raise NotEmulated("Of PartiQL's DELETE only strings are emulated here.")
    if kind == "UPDATE" and start < where:
        _check(_CHANGES, parts[start + 1 : where], _CHANGES_READ)
    parts, parameters = parts[start:], list(given)
    if kind in ("SELECT", "UPDATE"):
        left, parameters = iter(given), []
        parts = [_parameter(*part, left, parameters) for part in parts]
    return statement[: found[start].start()] + " ".join(text for _, text in parts), parameters


def _index(parts: Sequence[Part], *words: str) -> int:
    """Where the first of these words is; behind the last part where there is none."""
    return next((number for number, (_, text) in enumerate(parts) if text.upper() in words), len(parts))


def _check(form: re.Pattern[str], parts: Sequence[Part], otherwise: str) -> None:
    if not form.fullmatch("".join(_letter(*part) for part in parts)):
        raise NotEmulated(otherwise)


def _parameter(kind: str, text: str, left: Iterator[AttributeValue], found: list[AttributeValue]) -> Part:
    """A parameter in the place of a literal, whose value is added to those that were found."""
    if kind == "parameter":
        found.append(next(left, {}))
    elif kind == "text":
        found.append({"S": text[1:-1].replace("''", "'")})
    elif kind == "number":
        found.append({"N": text})
    elif kind == "name" and text.lower() in _NAMED:
        found.append(_NAMED[text.lower()])
    else:
        return kind, text
    return "parameter", "?"


def _letter(kind: str, text: str) -> str:
    """A name, an equality, a value, `and`, a comma, or `x` for what cannot be read, or is not read as it is meant."""
    if kind == "name":
        if text.lower() in _NAMED:
            return "V"
        return "a" if text.upper() == "AND" else "x" if text.upper() in _OTHERS else "N"
    if kind == "comparison":
        return "E" if text == "=" else "x"
    return {"text": "V", "number": "V", "parameter": "V"}.get(kind, "c" if text == "," else "x")
