"""Expressions of DynamoDB's requests: what they may be, and that all of their placeholders are defined and used.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.exceptions import MockValidationException

from ecs_emulator.cloud.condition_expressions import plain_condition
from ecs_emulator.cloud.dynamodb.attribute_values import check_types
from ecs_emulator.cloud.dynamodb.legacy import check_styles, express
from ecs_emulator.cloud.dynamodb.projections import check_projection
from ecs_emulator.cloud.expression_tokens import InvalidExpression

_SECTIONS = {"ExpressionAttributeValues": re.compile(r":\w+"), "ExpressionAttributeNames": re.compile(r"#\w+")}
_OF_VALUES = ("Item", "Key", "ExpressionAttributeValues", "ExclusiveStartKey")
_UNDEFINED = {
    "ExpressionAttributeValues": "An expression attribute value used in expression is not defined; attribute value: ",
    "ExpressionAttributeNames": (
        "An expression attribute name used in the document path is not defined; attribute name: "
    ),
}
_CONDITIONS = ("ConditionExpression", "FilterExpression", "KeyConditionExpression")
_LONGEST = 4096  # bytes


def check_expressions(body: dict[str, Any]) -> None:
    """Put plain expressions in the place of others and of legacy parameters. Raises MockValidationException."""
    for part in _parts(body):
        check_styles(part)
        express(part)
        for member in _OF_VALUES:
            check_types(part.get(member) or {})
        _check_use(part)
        _check_conditions(part)


def _parts(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What has expressions of its own: the request, or each action of a transaction, each table of a batch."""
    yield body
    for action in body.get("TransactItems", ()):
        yield from action.values()
    for table in body.get("RequestItems", {}).values():
        if isinstance(table, dict):
            yield table


def _check_use(part: Mapping[str, Any]) -> None:
    """Raises MockValidationException where an expression has a name or value that is not given, or none has one."""
    expressions = {key: text for key, text in part.items() if key.endswith("Expression") and isinstance(text, str)}
    for parameter, text in expressions.items():
        if (size := len(text.encode())) > _LONGEST:
            raise MockValidationException(
                f"Invalid {parameter}: Expression size has exceeded the maximum allowed size; expression size: {size}"
            )
    for parameter in ("UpdateExpression", "ProjectionExpression"):
        for section, placeholder in _SECTIONS.items():
            for key in placeholder.findall(expressions.get(parameter, "")):
                if key not in (part.get(section) or ()):
                    raise MockValidationException(f"Invalid {parameter}: {_UNDEFINED[section]}{key}")
    for section, placeholder in _SECTIONS.items():
        if section not in part:
            continue
        if not expressions:
            raise MockValidationException(f"{section} can only be specified when using expressions")
        if not part[section]:
            raise MockValidationException(f"{section} must not be empty")
        for key in part[section]:
            if not placeholder.fullmatch(key):
                raise MockValidationException(f'{section} contains invalid key: Syntax error; key: "{key}"')
        used = placeholder.findall(" ".join(expressions.values()))
        if unused := [key for key in part[section] if key not in used]:
            raise MockValidationException(
                f"Value provided in {section} unused in expressions: keys: {{{', '.join(unused)}}}"
            )


def _check_conditions(part: dict[str, Any]) -> None:
    """Put plain conditions in the place of others, and look at projections. Raises MockValidationException."""
    values, names = part.get("ExpressionAttributeValues") or {}, part.get("ExpressionAttributeNames") or {}
    for parameter in _CONDITIONS:
        if parameter in part:
            with _invalid(parameter):
                part[parameter] = plain_condition(part[parameter], values, names)
    if "ProjectionExpression" in part:
        with _invalid("ProjectionExpression"):
            check_projection(part["ProjectionExpression"], names)


@contextmanager
def _invalid(parameter: str) -> Iterator[None]:
    try:
        yield
    except InvalidExpression as error:
        raise MockValidationException(f"Invalid {parameter}: {error}") from error
