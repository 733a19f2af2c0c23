"""Corrections of moto's values of DynamoDB: exact sums, comparisons of values of two types, conditions read once.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any, cast

from moto.dynamodb import comparisons
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType

from ecs_emulator.cloud.moto_overrides import override, replace
from ecs_emulator.cloud.numbers import NoNumber, formatted

_Parser: Any = comparisons.ConditionExpressionParser
_lex = _Parser._lex_condition_expression


def install() -> None:
    """Calculate and compare so from now on, in this process."""
    override(DynamoType, "__add__", _with_numbers(1))
    override(DynamoType, "__sub__", _with_numbers(-1))
    for kind in (*comparisons.COMPARATOR_CLASS.values(), comparisons.FuncBetween):
        override(kind, "expr", _compared)
    override(comparisons.FuncSize, "expr", _size)
    replace(comparisons.FuncIn, "expr", _is_in)
    replace(_Parser, "_lex_condition_expression", _lexed)


def _lexed(parser: Any) -> deque[Any]:
    return deque(_nodes(parser.condition_expression))


@lru_cache(maxsize=1_000)
def _nodes(expression: str) -> tuple[Any, ...]:
    """The nodes of an expression, found once: a sixth of what an update with a condition takes. They never change."""
    return (*_lex(_Parser(expression, {}, {})),)


def _with_numbers(sign: int) -> Callable[[Any, DynamoType, DynamoType], DynamoType]:
    def calculated(before: Any, one: DynamoType, other: DynamoType) -> DynamoType:
        if not (one.is_number() and other.is_number()):
            return cast("DynamoType", before(one, other))
        # Exact, for what has too many digits is refused rather than rounded.
        context = Context(prec=300)
        try:
            return DynamoType({"N": formatted(context.add(Decimal(one.value), sign * Decimal(other.value)))})
        except NoNumber as error:
            raise MockValidationException(str(error)) from error

    return calculated


def _compared(before: Any, comparison: Any, item: Any) -> bool:
    """A comparison of values of two types does not hold, and is no failure; those are unequal."""
    kinds = {_kind(each, item) for each in _operands(comparison)}
    if len(kinds) > 1 or None in kinds:
        return isinstance(comparison, comparisons.OpNotEqual)
    return bool(before(comparison, item))


def _is_in(function: Any, item: Any) -> bool:
    kind, value = _kind(function.attr, item), function.attr.expr(item)
    return kind is not None and any(
        _kind(each, item) == kind and each.expr(item) == value for each in function.possible_values
    )


def _operands(comparison: Any) -> tuple[Any, ...]:
    if isinstance(comparison, comparisons.FuncBetween):
        return comparison.attr, comparison.start, comparison.end
    return comparison.lhs, comparison.rhs


def _kind(operand: Any, item: Any) -> str | None:
    """Type of an operand, None for what is not there."""
    if isinstance(operand, comparisons.FuncSize):
        return "N" if operand.expr(item) is not None else None
    kind: str | None = operand.get_type(item)
    return kind


def _size(before: Any, function: Any, item: Any) -> int | None:
    """The size of what is not there, or has none, is nothing that a comparison holds with."""
    try:
        return cast("int", before(function, item))
    except ValueError:
        return None
