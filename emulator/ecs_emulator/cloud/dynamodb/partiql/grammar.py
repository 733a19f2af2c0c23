"""Grammar of PartiQL's statements.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.statements.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ecs_emulator.cloud.dynamodb.partiql.changes import Change, changes
from ecs_emulator.cloud.dynamodb.partiql.conditions import Condition, conditions
from ecs_emulator.cloud.dynamodb.partiql.lexer import AttributeValue, InvalidStatement, Lexer, leftover, malformed
from ecs_emulator.cloud.dynamodb.partiql.values import Path, path, tuple_literal


@dataclass(frozen=True)
class Select:
    """Statement that reads; without paths it reads whole items. `order` is of attributes, with True for DESC."""

    table: str
    index: str | None
    paths: tuple[Path, ...]
    where: tuple[Condition, ...]
    order: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Insert:
    table: str
    item: Mapping[str, AttributeValue]


@dataclass(frozen=True)
class Update:
    """Statement that changes an item. `returning` is two words, as `ALL OLD`, or nothing; so it is of a Delete."""

    table: str
    changes: tuple[Change, ...]
    where: tuple[Condition, ...]
    returning: str


@dataclass(frozen=True)
class Delete:
    table: str
    where: tuple[Condition, ...]
    returning: str


@dataclass(frozen=True)
class Exists:
    """Condition of a transaction."""

    select: Select

    @property
    def table(self) -> str:
        return self.select.table


Write = Insert | Update | Delete | Exists
Statement = Select | Write


def parsed(statement: str, parameters: Sequence[AttributeValue]) -> Statement:
    """Raises InvalidStatement."""
    lexer = Lexer(statement, parameters)
    kinds: dict[str, Callable[[Lexer], Statement]] = {
        "select": _select,
        "insert": _insert,
        "update": _update,
        "delete": _delete,
        "exists": _exists,
        "from": _update_from,
    }
    if lexer.next.kind != "keyword" or lexer.next.text not in kinds:
        raise malformed("Expected data manipulation")
    try:
        found = kinds[lexer.take("keyword")](lexer)
    except RecursionError:
        raise malformed("It is nested too deeply") from None
    lexer.end()
    return found


def _select(lexer: Lexer) -> Select:
    paths = _projection(lexer)
    lexer.expect("from")
    table = lexer.take("name")
    index = lexer.take("name") if lexer.takes(".") else None
    _refuse_alias(lexer)
    if lexer.takes(","):
        raise InvalidStatement("Only select from a single table or index is supported.")
    where = _where(lexer)
    order = _order(lexer) if lexer.takes("order", "by") else []
    if lexer.takes("limit"):
        raise InvalidStatement("Unsupported clause: LIMIT")
    return Select(table, index, paths, where, tuple(order))


def _projection(lexer: Lexer) -> tuple[Path, ...]:
    if lexer.takes("*"):
        if lexer.takes(","):
            raise InvalidStatement("Other attributes should not be present in the projection when '*' is used.")
        return ()
    paths: list[Path] = []
    while not paths or lexer.takes(","):
        if lexer.is_call():
            raise InvalidStatement(f"Unrecognized function: {lexer.next.text}")
        found = path(lexer)
        if found in paths:
            raise InvalidStatement(f"Duplicate identifiers in select clause: {found.attribute}")
        paths.append(found)
    return tuple(paths)


def _where(lexer: Lexer) -> tuple[Condition, ...]:
    return tuple(conditions(lexer)) if lexer.takes("where") else ()


def _order(lexer: Lexer) -> list[tuple[str, bool]]:
    order: list[tuple[str, bool]] = []
    while not order or lexer.takes(","):
        name = lexer.take("name")
        is_descending = lexer.takes("desc")
        if not is_descending:
            lexer.takes("asc")
        order.append((name, is_descending))
    return order


def _insert(lexer: Lexer) -> Insert:
    lexer.expect("into")
    table = lexer.take("name")
    if not lexer.takes("value"):
        raise leftover()
    if lexer.takes("<<"):
        raise InvalidStatement(
            "Unsupported operation: Inserting multiple items in a single statement is not supported, use "
            '"INSERT INTO tableName VALUE item" instead'
        )
    if lexer.next != ("sign", "{"):
        raise InvalidStatement(
            "Unsupported format in item expression. Please use struct format {...} to express item values for insert "
            "statement."
        )
    item = tuple_literal(lexer)
    if lexer.takes("returning"):
        raise InvalidStatement("RETURNING is not supported in INSERT")
    return Insert(table, item)


def _update(lexer: Lexer) -> Update:
    table = _table(lexer)
    return Update(table, tuple(changes(lexer)), _where(lexer), _returning(lexer))


def _update_from(lexer: Lexer) -> Update:
    """The other order of an update: `FROM` table `WHERE` condition, and the changes."""
    table, where = _table(lexer), _where(lexer)
    return Update(table, tuple(changes(lexer)), where, _returning(lexer))


def _delete(lexer: Lexer) -> Delete:
    lexer.expect("from")
    table = _table(lexer)
    where, returning = _where(lexer), _returning(lexer)
    if returning not in ("", "ALL OLD"):
        raise InvalidStatement(
            f"Invalid returning clause: RETURNING {returning} *. Only RETURNING ALL OLD * is allowed in DELETE "
            "statements."
        )
    return Delete(table, where, returning)


def _table(lexer: Lexer) -> str:
    """Table of a statement that changes an item."""
    table = lexer.take("name")
    if lexer.takes("."):
        raise InvalidStatement("This operation is not supported on an index")
    _refuse_alias(lexer)
    return table


def _refuse_alias(lexer: Lexer) -> None:
    if lexer.next.kind == "name" or lexer.takes("as"):
        raise InvalidStatement("Aliasing is not supported")


def _returning(lexer: Lexer) -> str:
    if not lexer.takes("returning"):
        return ""
    what = "ALL" if lexer.takes("all") else lexer.take("name").upper()
    which = lexer.take("name").upper()
    if what not in ("ALL", "MODIFIED") or which not in ("OLD", "NEW") or not lexer.takes("*"):
        raise InvalidStatement("Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause")
    return f"{what} {which}"


def _exists(lexer: Lexer) -> Exists:
    lexer.expect("(", "select")
    select = _select(lexer)
    lexer.expect(")")
    return Exists(select)
