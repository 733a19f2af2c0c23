"""Projections of DynamoDB's items: what is at some paths of one, none within another.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from moto.dynamodb import responses
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from ecs_emulator.cloud.condition_expressions import projected_paths
from ecs_emulator.cloud.dynamodb.partiql.projections import modified
from ecs_emulator.cloud.dynamodb.partiql.values import Path
from ecs_emulator.cloud.expression_tokens import InvalidExpression
from ecs_emulator.cloud.moto_overrides import replace

Steps = Sequence[str | int]


class ProjectionParser:
    """Parser in the place of moto's, which loses a placeholder that an index follows."""

    def __init__(self, expression: str | None, names: Mapping[str, str] | None) -> None:
        self._expression = expression
        self._names = names or {}
        # Whether all are used was looked at before.
        self.expr_attr_names_found = list(self._names)

    def parse(self) -> list[list[str | int]]:
        return projected_paths(self._expression, self._names) if self._expression else []


def install() -> None:
    """Project so from now on, in this process."""
    replace(responses, "ProjectionExpressionParser", ProjectionParser)
    replace(Item, "project", projected)


def projected(item: Item, paths: Sequence[Steps]) -> Item:
    """Item with what is at the paths alone."""
    if all(len(path) == 1 for path in paths):
        names = [str(path[0]) for path in paths]
        attributes = {name: item.attrs[name].to_json() for name in names if name in item.attrs}
    else:
        attributes = modified(item.to_json()["Attributes"], [Path(tuple(path)) for path in paths])
    return Item(hash_key=item.hash_key, range_key=item.range_key, attrs=attributes)


def attributes(expression: str, names: Mapping[str, str]) -> list[str]:
    """Names of the attributes that a projection is of, those at the top of an item. Raises InvalidExpression."""
    return [str(path[0]) for path in projected_paths(expression, names)]


def check_projection(expression: str, names: Mapping[str, str]) -> None:
    """Raises InvalidExpression for what is no list of paths; `names` are those of the placeholders."""
    paths = projected_paths(expression, names)
    written = projected_paths(expression, {each: each for each in names})
    for word in (step for path in written for step in path if isinstance(step, str)):
        if word.upper() in ReservedKeywords.get_reserved_keywords():
            raise InvalidExpression(f"Attribute name is a reserved keyword; reserved keyword: {word}")
    for one, other in combinations(paths, 2):
        shared = min(len(one), len(other))
        if one[:shared] == other[:shared]:
            raise InvalidExpression(
                "Two document paths overlap with each other; must remove or rewrite one of these paths; "
                f"path one: [{_told(one)}], path two: [{_told(other)}]"
            )


def _told(path: Steps) -> str:
    return ", ".join(each if isinstance(each, str) else f"[{each}]" for each in path)
