"""Projection expressions of DynamoDB: paths into items, none within another.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations

from ecs_emulator.cloud.condition_expressions import InvalidExpression

_ELEMENT = re.compile(r"\[\d+\]|[^.\[\]\s]+")


def attributes(expression: str, names: Mapping[str, str]) -> list[str]:
    """Names of the attributes that a projection is of, those at the top of an item."""
    return [path[0] for path in _paths(expression, names) if path]


def check_projection(expression: str, names: Mapping[str, str]) -> None:
    """Raises InvalidExpression where two paths overlap; `names` are those of the placeholders."""
    for one, other in combinations(_paths(expression, names), 2):
        shared = min(len(one), len(other))
        if one[:shared] == other[:shared]:
            raise InvalidExpression(
                "Two document paths overlap with each other; must remove or rewrite one of these paths; "
                f"path one: [{', '.join(one)}], path two: [{', '.join(other)}]"
            )


def _paths(expression: str, names: Mapping[str, str]) -> list[list[str]]:
    return [[names.get(each, each) for each in _ELEMENT.findall(path)] for path in expression.split(",")]
