"""Operations of DynamoDB that a statement of PartiQL stands for: their names, and what they are given.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from moto.dynamodb.models.table import Table

from ecs_emulator.cloud.dynamodb.keys import attribute_types
from ecs_emulator.cloud.dynamodb.partiql.conditions import Condition
from ecs_emulator.cloud.dynamodb.partiql.grammar import Delete, Exists, Insert, Select, Update, Write
from ecs_emulator.cloud.dynamodb.partiql.lexer import AttributeValue, InvalidStatement
from ecs_emulator.cloud.dynamodb.partiql.placeholders import Placeholders
from ecs_emulator.cloud.dynamodb.partiql.values import Path

_CLAUSES = ("SET", "REMOVE", "ADD", "DELETE")
_NOT_EMULATED = "Of ORDER BY only one value of the partition key, with one condition on the sort key, is emulated here."


def write(statement: Write, table: Table) -> tuple[str, dict[str, Any]]:
    """Kind of a statement's action, as TransactWriteItems calls it, and its members. Raises InvalidStatement."""
    placeholders = Placeholders()
    own = Path((str(table.hash_key_attr),))
    given: dict[str, Any] = {"TableName": statement.table}
    if isinstance(statement, Insert):
        given["Item"] = dict(statement.item)
        given["ConditionExpression"] = placeholders.written(("attribute_not_exists(", own, ")"))
        return "Put", given | placeholders.members()
    select = statement.select if isinstance(statement, Exists) else statement
    given["Key"], others = key_of(select.where, table)
    condition = _all_of(placeholders, others)
    match statement:
        case Exists():
            if not others:
                raise InvalidStatement("EXISTS() must contain a single item read with additional condition")
            kind = "ConditionCheck"
        case Update():
            kind = "Update"
            is_there = placeholders.written(("attribute_exists(", own, ")"))
            condition = f"{is_there} AND {condition}" if others else is_there
            given["UpdateExpression"] = _update_expression(statement, placeholders)
        case Delete():
            kind = "Delete"
            # One that is not there is deleted without a word, whatever is asked of it.
            if others:
                condition = f"{placeholders.written(('attribute_not_exists(', own, ')'))} OR {condition}"
    if condition:
        given["ConditionExpression"] = condition
    return kind, given | placeholders.members()


def key_of(where: Sequence[Condition], table: Table) -> tuple[dict[str, AttributeValue], list[Condition]]:
    """The key of the one item that a condition is on, and the other conditions. Raises InvalidStatement."""
    types = attribute_types(table)
    key: dict[str, AttributeValue] = {}
    others = []
    for each in where:
        if each.value is None or each.key not in table.table_key_attrs:
            others.append(each)
            continue
        if each.key in key:
            raise InvalidStatement(
                f"Multiple conditions on same key {each.key}. Only single item Update/Insert/Delete are supported"
            )
        if types[each.key] not in each.value:
            raise InvalidStatement(
                f"Key attribute's data type should match its data type in table's schema: Key {each.key}"
            )
        key[each.key] = each.value
    if len(key) < len(table.table_key_attrs):
        raise InvalidStatement("Where clause does not contain a mandatory equality on all key attributes")
    return key, others


def search(select: Select, table: Table) -> tuple[str, dict[str, Any]]:
    """`query` or `scan`, and its members. Raises InvalidStatement."""
    schema = table.schema
    if select.index:
        if select.index not in [each.name for each in table.all_indexes()]:
            raise InvalidStatement("The table does not have the specified index")
        schema = table.get_index(select.index).schema
    names = [each["AttributeName"] for each in sorted(schema, key=lambda each: str(each["KeyType"]))]
    placeholders = Placeholders()
    given: dict[str, Any] = {"TableName": select.table, **({"IndexName": select.index} if select.index else {})}
    keys, others = _key_conditions(select.where, names)
    _check_order(select, names, is_query=bool(keys))
    if keys:
        given["KeyConditionExpression"] = _all_of(placeholders, keys)
        given["ScanIndexForward"] = not dict(select.order).get(names[-1], False)
    if others:
        given["FilterExpression"] = _all_of(placeholders, others)
    if select.index and select.paths:
        # Whole attributes: what an index has of them is told or fetched, and the paths are looked for in it.
        asked = dict.fromkeys(path.attribute for path in select.paths)
        given["ProjectionExpression"] = ", ".join(placeholders.written([Path((name,))]) for name in asked)
    return "query" if keys else "scan", given | placeholders.members()


def _all_of(placeholders: Placeholders, conditions: Iterable[Condition]) -> str:
    return " AND ".join(placeholders.written(each.operand) for each in conditions)


def _key_conditions(where: Sequence[Condition], names: Sequence[str]) -> tuple[list[Condition], list[Condition]]:
    """Conditions by which a query finds its items, and those that filter them; without the first it is a scan."""
    found = [each for each in where if each.key == names[0] and each.value is not None]
    found += [each for each in where if each.key in names[1:]]
    others = [each for each in where if each not in found]
    on = [each.key for each in found]
    is_query = names[0] in on and len(set(on)) == len(on) and not any(each.attributes & set(names) for each in others)
    return (found, others) if is_query else ([], list(where))


def _check_order(select: Select, names: Sequence[str], is_query: bool) -> None:
    if not select.order:
        return
    if not select.where:
        raise InvalidStatement("Must have WHERE clause in the statement when using ORDER BY clause.")
    for name, _ in select.order:
        if name not in names:
            raise InvalidStatement(f"Variable reference {name} in ORDER BY clause must be part of the primary key")
    if not any(names[0] in each.attributes for each in select.where):
        raise InvalidStatement(
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
        )
    if not is_query:
        raise InvalidStatement(_NOT_EMULATED)


def _update_expression(statement: Update, placeholders: Placeholders) -> str:
    clauses: Mapping[str, list[str]] = {each: [] for each in _CLAUSES}
    for change in statement.changes:
        clauses[change.clause].append(placeholders.written(change.parts))
    return " ".join(f"{clause} {', '.join(texts)}" for clause, texts in clauses.items() if texts)
