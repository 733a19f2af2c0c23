"""Legacy parameters of DynamoDB, as the expressions that have come after them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from moto.dynamodb.exceptions import MockValidationException

from ecs_emulator.cloud.dynamodb.attribute_values import check_types
from ecs_emulator.cloud.dynamodb.enumerations import check_value
from ecs_emulator.cloud.dynamodb.legacy_conditions import INVALID, check_keys, expected, filters
from ecs_emulator.cloud.dynamodb.partiql.conditions import Part
from ecs_emulator.cloud.dynamodb.partiql.placeholders import Placeholders
from ecs_emulator.cloud.dynamodb.partiql.values import Literal, Path

_EXPRESSIONS = {
    **{"AttributesToGet": "ProjectionExpression", "AttributeUpdates": "UpdateExpression"},
    **{"Expected": "ConditionExpression", "KeyConditions": "KeyConditionExpression"},
    **{"QueryFilter": "FilterExpression", "ScanFilter": "FilterExpression"},
}
_ACTIONS = ("ADD", "DELETE", "PUT")
_SETS = ("SS", "NS", "BS")
_TYPES = {"DELETE": _SETS, "ADD": ("L", "N", *_SETS)}  # of the value of an action


def check_styles(part: Mapping[str, Any]) -> None:
    """Raises MockValidationException for expressions beside legacy parameters."""
    expressions = [name for name in part if name.endswith("Expression")]
    legacy = [name for name in (*_EXPRESSIONS, "ConditionalOperator") if name in part]
    # Filters had expressions before keys did.
    if "KeyConditions" in legacy and "KeyConditionExpression" not in expressions:
        legacy.remove("KeyConditions")
    if expressions and legacy:
        raise MockValidationException(
            "Can not use both expression and non-expression parameters in the same request: "
            f"Non-expression parameters: {{{', '.join(legacy)}}} Expression parameters: {{{', '.join(expressions)}}}"
        )


def express(part: dict[str, Any]) -> None:
    """Put expressions in the place of legacy parameters. Raises MockValidationException."""
    placeholders = Placeholders("legacy_")
    joint = f" {part.pop('ConditionalOperator', 'AND')} "
    for name in [name for name in _EXPRESSIONS if name in part]:
        # Which attributes a QueryFilter is on is looked at later, in its own words.
        given = part[name] if name == "QueryFilter" else part.pop(name)
        match name:
            case "AttributesToGet":
                texts, between = _projection(given), ", "
            case "AttributeUpdates":
                texts, between = _update(given), " "
            case "Expected":
                texts, between = expected(given), joint
            case "KeyConditions":
                check_keys(given)
                texts, between = filters("keyConditions", given), " AND "
            case _:
                texts, between = filters(name[:1].lower() + name[1:], given), joint
        if texts:
            part[_EXPRESSIONS[name]] = between.join(placeholders.written(each) for each in texts)
    for section, members in placeholders.members().items():
        part[section] = {**(part.get(section) or {}), **members}


def _projection(names: Sequence[str]) -> list[tuple[Part, ...]]:
    for name in names:
        if names.count(name) > 1:
            raise MockValidationException(f"{INVALID}Duplicate value in attribute name: {name}")
    return [(Path((name,)),) for name in names]


def _update(given: Mapping[str, Mapping[str, Any]]) -> list[tuple[Part, ...]]:
    """Clauses of an update expression, one for each kind of change."""
    clauses: dict[str, list[tuple[Part, ...]]] = {}
    for name, each in given.items():
        action = each.get("Action", "PUT")
        check_value(f"attributeUpdates.{name}.member.action", action, _ACTIONS)
        clause, parts = _change(Path((name,)), action, each.get("Value"))
        clauses.setdefault(clause, []).append(parts)
    return [(f"{clause} ", *_listed(changes)) for clause, changes in clauses.items()]


def _change(on: Path, action: str, value: Any) -> tuple[str, tuple[Part, ...]]:
    if value is None:
        if action != "DELETE":
            raise MockValidationException(
                f"{INVALID}Only DELETE action is allowed when no attribute value is specified"
            )
        return "REMOVE", (on,)
    check_types({"": value})
    ((kind, content),) = value.items()
    if kind not in _TYPES.get(action, (kind,)):
        with_value = " with value" if action == "DELETE" else ""
        raise MockValidationException(f"{INVALID}{action} action{with_value} is not supported for the type {kind}")
    if action == "PUT":
        return "SET", (on, " = ", Literal(value))
    if kind == "L":
        start = Literal({"L": []})
        return "SET", (on, " = list_append(if_not_exists(", on, ", ", start, "), ", Literal({"L": content}), ")")
    return action, (on, " ", Literal(value))


def _listed(changes: Iterable[tuple[Part, ...]]) -> list[Part]:
    parts: list[Part] = []
    for change in changes:
        parts += [", ", *change] if parts else change
    return parts
