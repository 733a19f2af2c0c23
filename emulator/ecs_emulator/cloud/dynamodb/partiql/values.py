"""Literals and document paths of PartiQL.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.data-types.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ecs_emulator.cloud.dynamodb.partiql.lexer import AttributeValue, InvalidStatement, Lexer, malformed
from ecs_emulator.cloud.numbers import NoNumber, normal

_NAMED: dict[str, AttributeValue] = {"true": {"BOOL": True}, "false": {"BOOL": False}, "null": {"NULL": True}}
_MOST = 2**31  # of an exponent
_LONGEST = 12  # characters of one that say so
_SETS = {"S": "SS", "N": "NS"}


@dataclass(frozen=True)
class Path:
    """Document path: the name of an attribute, then names and indexes in it."""

    steps: tuple[str | int, ...]

    @property
    def attribute(self) -> str:
        return str(self.steps[0])

    @property
    def is_attribute(self) -> bool:
        return len(self.steps) == 1


@dataclass(frozen=True)
class Literal:
    value: AttributeValue


Operand = Path | Literal


def path(lexer: Lexer) -> Path:
    """Raises InvalidStatement."""
    steps: list[str | int] = [lexer.take("name")]
    while True:
        if lexer.takes("."):
            steps.append(lexer.take("name"))
        elif lexer.takes("["):
            if lexer.next.kind == "text":
                steps.append(lexer.take("text"))
            else:
                steps.append(_index(lexer.take("number")))
            lexer.expect("]")
        else:
            return Path(tuple(steps))


def operand(lexer: Lexer) -> Operand:
    """Raises InvalidStatement."""
    return path(lexer) if lexer.next.kind == "name" else Literal(literal(lexer))


def literal(lexer: Lexer, at: str = "root") -> AttributeValue:
    """Value with the path `at` in the whole one. Raises InvalidStatement."""
    if lexer.takes("?"):
        return lexer.parameter()
    if lexer.takes("["):
        return {"L": _listed(lexer, "]", at)}
    if lexer.takes("{"):
        return {"M": _members(lexer, f"{at}.")}
    if lexer.takes("<<"):
        return _bag(lexer, at)
    if lexer.takes("missing"):
        raise InvalidStatement("MISSING must be compared using IS operator")
    for word, value in _NAMED.items():
        if lexer.takes(word):
            return value
    if lexer.next.kind == "text":
        return {"S": lexer.take("text")}
    minus = "-" if lexer.takes("-") else ""
    return {"N": _number(f"{minus}{lexer.take('number')}", at)}


def tuple_literal(lexer: Lexer) -> dict[str, AttributeValue]:
    """Members of a tuple: `{'name': value}`. Raises InvalidStatement."""
    lexer.expect("{")
    return _members(lexer, "")


def _number(text: str, at: str) -> str:
    exponent = text.lower().partition("e")[2]
    if exponent and abs(int(exponent[:_LONGEST])) >= _MOST:
        raise malformed("")
    try:
        return normal(text)
    except NoNumber as error:
        raise InvalidStatement(f"{error} under {at}") from error


def _index(text: str) -> int:
    if not text.isdigit():
        raise malformed(f"Unexpected path component: {text}")
    return int(text)


def _listed(lexer: Lexer, end: str, at: str) -> list[AttributeValue]:
    values: list[AttributeValue] = []
    while not lexer.takes(end):
        if values:
            lexer.expect(",")
        values.append(literal(lexer, f"{at}[{len(values)}]"))
    return values


def _members(lexer: Lexer, within: str) -> dict[str, AttributeValue]:
    """`within` is the path of the tuple with its dot, nothing for an item."""
    members: dict[str, AttributeValue] = {}
    while not lexer.takes("}"):
        if members:
            lexer.expect(",")
        name = lexer.take("text")
        if name in members:
            raise InvalidStatement(f"Duplicate keys in tuple. Key: {name}")
        lexer.expect(":")
        members[name] = literal(lexer, f"{within}{name}" if within else "root")
    return members


def _bag(lexer: Lexer, at: str) -> AttributeValue:
    values: list[Any] = _listed(lexer, ">>", at)
    if not values:
        raise InvalidStatement("Empty bags are not supported")
    kinds = {kind for each in values for kind in each}
    if len(kinds) > 1 or not kinds <= _SETS.keys():
        raise InvalidStatement("Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags")
    kind = kinds.pop()
    return {_SETS[kind]: [each[kind] for each in values]}
