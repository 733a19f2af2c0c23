"""Updates of one item in DynamoDB: the whole of an update or nothing of it, and one record in the stream.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from moto.dynamodb.exceptions import InvalidUpdateExpressionInvalidDocumentPath
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing import ast_nodes, expressions

from ecs_emulator.cloud.dynamodb.attribute_values import in_order
from ecs_emulator.cloud.dynamodb.keys import check_index_keys
from ecs_emulator.cloud.dynamodb.partiql.values import Path
from ecs_emulator.cloud.moto_overrides import override, replace

_nodes: Any = ast_nodes
_parser: Any = expressions
_ACTIONS = [
    _nodes.UpdateExpressionSetAction,
    _nodes.UpdateExpressionRemoveAction,
    _nodes.UpdateExpressionAddAction,
    _nodes.UpdateExpressionDeleteAction,
]


def install() -> None:
    """Update so from now on, in this process."""
    override(DynamoDBBackend, "update_item", _updated)
    override(_nodes.Node, "normalize", _normalized)
    replace(_parser.UpdateExpressionGroupedValueParser, "_parse", _in_parentheses)


def find(table: Table, key: Any) -> Item | None:
    """The item with a key that the table takes."""
    return table.get_item(*_typed(table, key))


def put_back(table: Table, key: Any, before: Item | None) -> None:
    """Make the item with a key what it was, None for one that was not there. The stream hears nothing of it."""
    first, second = _typed(table, key)
    if second is None:
        if before is None:
            table.items.pop(first, None)
        else:
            table.items[first] = before  # type: ignore[assignment]
    elif before is None:
        table.items[first].pop(second, None)
    else:
        table.items[first][second] = before


def targets(expression: str, names: Mapping[str, str]) -> list[Path]:
    """Paths that an update expression changes. Raises what moto's parser does."""
    return [Path(tuple(names.get(str(step), step) for step in steps)) for steps in _targets(expression)]


@lru_cache(maxsize=1_000)
def _targets(expression: str) -> tuple[tuple[str | int, ...], ...]:
    actions = _parser.UpdateExpressionParser.make(expression).find_clauses(_ACTIONS)
    return tuple(tuple(_steps(action.children[0])) for action in actions)


def _steps(path: Any) -> Iterator[str | int]:
    """Steps of a path, with placeholders where it has them."""
    for each in path.children:
        if isinstance(each, _nodes.ExpressionAttributeName):
            yield each.get_attribute_name_placeholder()
        elif not isinstance(each, _nodes.ExpressionPathDescender):
            yield each.children[0]


def _in_parentheses(parser: Any) -> Any:
    """Value that is in parentheses, without them: moto has no way to calculate it otherwise."""
    parser.process_token_of_type("(")
    value, parser.token_pos = _parser.UpdateExpressionValueParser(**parser._initializer_args())._parse_with_pos()
    parser.process_token_of_type(")")
    return value


def _normalized(normalize: Any, node: Any) -> None:
    """Put removals last: paths have the indexes that there were before any of them."""
    normalize(node)
    if node.type == "UpdateExpression":
        node.children.sort(key=lambda each: isinstance(each, _nodes.UpdateExpressionRemoveAction))


def _updated(update: Any, backend: DynamoDBBackend, table_name: str, key: Any, *args: Any, **kwargs: Any) -> Item:
    """moto changes an item part by part, and puts one that is new before it knows whether the update can be made."""
    table = backend.get_table(table_name)
    before = copy.deepcopy(find(table, key))
    expression = kwargs.get("update_expression")
    paths = targets(expression, kwargs.get("expression_attribute_names") or {}) if expression else []
    for path in paths:
        _at(before, path)
    shard, table.stream_shard = table.stream_shard, None
    try:
        # An update of nothing makes an item of its key.
        after: Item = update(backend, table_name, key, *args, **{**kwargs, "attribute_updates": {}})
        if table.global_indexes or table.indexes:
            names = {name for index in table.all_indexes() for name in index.schema_key_attrs} & after.attrs.keys()
            check_index_keys(table, {name: after.attrs[name].to_json() for name in names})
        for path in paths:
            # What was removed from a list has moved what is behind it.
            with suppress(InvalidUpdateExpressionInvalidDocumentPath):
                if (changed := _at(after, path)) and changed.is_set():
                    changed.value[:] = in_order(changed.type, changed.value)
    except Exception:
        put_back(table, key, before)
        raise
    finally:
        table.stream_shard = shard
    if shard:
        shard.add(before, after)
    return after


def _at(item: Item | None, path: Path) -> DynamoType | None:
    """Value at a path. Raises InvalidUpdateExpression for one through a value that is no map, or no list.

    moto would set nothing there.
    """
    value = item.attrs.get(path.attribute) if item else None
    for step in path.steps[1:]:
        if value is None:
            break
        if value.type != ("L" if isinstance(step, int) else "M"):
            raise InvalidUpdateExpressionInvalidDocumentPath
        value = value.child_attr(step)
    return value


def _typed(table: Table, key: Any) -> tuple[DynamoType, DynamoType | None]:
    return (
        DynamoType(key[table.hash_key_attr]),
        DynamoType(key[table.range_key_attr]) if table.range_key_attr else None,
    )
