"""Projections of items: what is at some paths of one, as SELECT and RETURNING tell it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.select.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ecs_emulator.cloud.dynamodb.partiql.lexer import AttributeValue
from ecs_emulator.cloud.dynamodb.partiql.values import Path

_Tree = dict[str | int, "_Tree"]


def selected(item: Mapping[str, AttributeValue], paths: Iterable[Path]) -> dict[str, AttributeValue]:
    """Values at paths, by the last name of each; by its place, as `_1`, where a path ends with an index."""
    found = {}
    for number, path in enumerate(paths, 1):
        value = _at({"M": item}, path)
        if value is not None:
            last = path.steps[-1]
            found[last if isinstance(last, str) else f"_{number}"] = value
    return found


def modified(item: Mapping[str, AttributeValue], paths: Iterable[Path]) -> dict[str, AttributeValue]:
    """Item without all that is not at one of the paths; lists have no gaps."""
    tree: _Tree = {}
    for path in paths:
        node = tree
        for step in path.steps:
            node = node.setdefault(step, {})
    left = _left({"M": item}, tree) if tree else None
    return dict(left["M"]) if left else {}


def _at(value: AttributeValue, path: Path) -> AttributeValue | None:
    found: Any = value
    for step in path.steps:
        content = found.get("L" if isinstance(step, int) else "M")
        if content is None or (step >= len(content) if isinstance(step, int) else step not in content):
            return None
        found = content[step]
    return dict(found)


def _left(value: AttributeValue, tree: _Tree) -> AttributeValue | None:
    if not tree:
        return value
    ((kind, content),) = value.items()
    if kind == "M":
        members = {step: _left(content[step], tree[step]) for step in tree if step in content}
        kept: Any = {step: each for step, each in members.items() if each is not None}
    elif kind == "L":
        indexes = sorted(step for step in tree if isinstance(step, int) and step < len(content))
        elements = [_left(content[step], tree[step]) for step in indexes]
        kept = [each for each in elements if each is not None]
    else:
        return None
    return {kind: kept} if kept else None
