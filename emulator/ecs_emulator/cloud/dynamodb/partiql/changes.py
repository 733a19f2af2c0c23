"""Changes of PartiQL's UPDATE, as parts of DynamoDB's own update expressions.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.update.html
"""

from __future__ import annotations

from dataclasses import dataclass

from ecs_emulator.cloud.dynamodb.partiql.conditions import Part
from ecs_emulator.cloud.dynamodb.partiql.lexer import InvalidStatement, Lexer
from ecs_emulator.cloud.dynamodb.partiql.values import Literal, Path, literal, operand, path

_OF_SETS = {"set_add": "ADD", "set_delete": "DELETE"}


@dataclass(frozen=True)
class Change:
    """Change of what is at a path, and the clause of an update expression that it belongs to."""

    clause: str
    path: Path
    parts: tuple[Part, ...]


def changes(lexer: Lexer) -> list[Change]:
    """Raises InvalidStatement."""
    found: list[Change] = []
    while True:
        if lexer.takes("set"):
            found.append(_set(lexer))
            while lexer.takes(","):
                found.append(_set(lexer))
        elif lexer.takes("remove"):
            found.append(_removed(lexer))
            while lexer.takes(","):
                found.append(_removed(lexer))
        elif found:
            return found
        else:
            raise InvalidStatement("Only SET and REMOVE are supported in update expressions at this time")


def _removed(lexer: Lexer) -> Change:
    what = path(lexer)
    return Change("REMOVE", what, (what,))


def _set(lexer: Lexer) -> Change:
    what = path(lexer)
    lexer.expect("=")
    if not lexer.is_call():
        return Change("SET", what, (what, " = ", *_sum(lexer)))
    name = lexer.take("name")
    lexer.expect("(")
    match name.lower():
        case "list_append":
            first = operand(lexer)
            lexer.expect(",")
            parts: tuple[Part, ...] = (what, " = list_append(", first, ", ", operand(lexer), ")")
            change = Change("SET", what, parts)
        case "set_add" | "set_delete":
            change = _of_set(lexer, name.lower(), what)
        case _:
            raise InvalidStatement(f"Unrecognized function: {name}")
    lexer.expect(")")
    return change


def _sum(lexer: Lexer) -> tuple[Part, ...]:
    first = operand(lexer)
    for sign in ("+", "-"):
        if lexer.takes(sign):
            return (first, f" {sign} ", operand(lexer))
    return (first,)


def _of_set(lexer: Lexer, name: str, what: Path) -> Change:
    if path(lexer) != what:
        raise InvalidStatement(f"The first argument to {name.upper()} must equal the assignment value")
    lexer.expect(",")
    value = literal(lexer)
    if not value.keys() & {"SS", "NS", "BS"}:
        raise InvalidStatement(f"The second argument to {name.upper()} must be a value with type SET")
    return Change(_OF_SETS[name], what, (what, " ", Literal(value)))
