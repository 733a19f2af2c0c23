"""Legacy conditions of DynamoDB, as parts of its condition expressions.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.Conditions.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moto.dynamodb.exceptions import MockValidationException

from ecs_emulator.cloud.dynamodb.attribute_values import check_types
from ecs_emulator.cloud.dynamodb.enumerations import check_value
from ecs_emulator.cloud.dynamodb.partiql.conditions import Part
from ecs_emulator.cloud.dynamodb.partiql.values import Literal, Path
from ecs_emulator.cloud.operand_types import ordinal

Given = Mapping[str, Mapping[str, Any]]

INVALID = "One or more parameter values were invalid: "
_COMPARATORS = {"EQ": "=", "NE": "<>", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}
_OPERATORS = (
    *("IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT", "NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE"),
    "CONTAINS",
)
_OF_KEYS = ("EQ", "LE", "LT", "GE", "GT", "BEGINS_WITH", "BETWEEN")
# Numbers of values, and their types; all others have one, and one of any type.
_COUNTS = {"NULL": 0, "NOT_NULL": 0, "BETWEEN": 2}
_TYPES = {
    **dict.fromkeys(("LE", "LT", "GE", "GT", "CONTAINS", "NOT_CONTAINS", "IN", "BETWEEN"), ("S", "N", "B")),
    "BEGINS_WITH": ("S", "B"),
}


def expected(given: Given) -> list[tuple[Part, ...]]:
    """Conditions of a write. Raises MockValidationException."""
    return [_compared("expected", name, *_expectation(name, each)) for name, each in given.items()]


def filters(where: str, given: Given) -> list[tuple[Part, ...]]:
    """Conditions of a search, those on its key or its filter. Raises MockValidationException."""
    return [
        _compared(where, name, each.get("ComparisonOperator"), each.get("AttributeValueList") or ())
        for name, each in given.items()
    ]


def check_keys(given: Given) -> None:
    """Raises MockValidationException for conditions that are none on keys."""
    if not 1 <= len(given) <= 2:
        raise MockValidationException("Conditions can be of length 1 or 2 only")
    if any(each.get("ComparisonOperator") in set(_OPERATORS) - set(_OF_KEYS) for each in given.values()):
        raise MockValidationException("Attempted conditional constraint is not an indexable operation")


def _expectation(name: str, given: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
    """Operator and values of what is expected of an attribute."""
    operator, exists = given.get("ComparisonOperator"), given.get("Exists")
    values = given.get("AttributeValueList", [given["Value"]] if "Value" in given else [])
    why = ""
    if "AttributeValueList" in given and "Value" in given:
        why = "Value and AttributeValueList cannot be used together"
    elif operator and exists is not None:
        why = "Exists and ComparisonOperator cannot be used together"
    elif operator and not values and operator not in ("NULL", "NOT_NULL"):
        why = f"Value or AttributeValueList must be used with ComparisonOperator: {operator}"
    elif not operator and "AttributeValueList" in given:
        why = "AttributeValueList can only be used with a ComparisonOperator"
    elif not operator and exists is False and values:
        why = "Value cannot be used when Exists is false"
    elif not operator and exists is not False and not values:
        why = f"Value must be provided when Exists is {'null' if exists is None else 'true'}"
    if why:
        raise MockValidationException(f"{INVALID}{why} for Attribute: {name}")
    return operator or ("NULL" if exists is False else "EQ"), values


def _compared(where: str, name: str, operator: Any, values: Sequence[Any]) -> tuple[Part, ...]:
    check_value(f"{where}.{name}.member.comparisonOperator", operator, _OPERATORS)
    _check_values(operator, values)
    on, literals = Path((name,)), [Literal(each) for each in values]
    match operator:
        case "NULL":
            return "attribute_not_exists(", on, ")"
        case "NOT_NULL":
            return "attribute_exists(", on, ")"
        case "CONTAINS" | "BEGINS_WITH":
            return f"{operator.lower()}(", on, ", ", literals[0], ")"
        case "NOT_CONTAINS":
            return "NOT contains(", on, ", ", literals[0], ")"
        case "BETWEEN":
            return on, " BETWEEN ", literals[0], " AND ", literals[1]
        case "IN":
            others = [part for each in literals[1:] for part in (", ", each)]
            return on, " IN (", literals[0], *others, ")"
    return on, f" {_COMPARATORS[operator]} ", literals[0]


def _check_values(operator: str, values: Sequence[Any]) -> None:
    count = _COUNTS.get(operator, 1)
    if len(values) != count and not (operator == "IN" and values):
        raise MockValidationException(f"{INVALID}Invalid number of argument(s) for the {operator} ComparisonOperator")
    check_types(dict(enumerate(values)))  # type: ignore[arg-type]
    kinds = [next(iter(each)) for each in values]
    if len(set(kinds)) > 1:
        raise MockValidationException(f"{INVALID}AttributeValues inside AttributeValueList must be of same type")
    for kind in kinds:
        if kind not in _TYPES.get(operator, (kind,)):
            raise MockValidationException(
                f"{INVALID}ComparisonOperator {operator} is not valid for {kind} AttributeValue type"
            )
    if operator == "BETWEEN" and ordinal(values[0]) > ordinal(values[1]):
        raise MockValidationException(
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
        )
