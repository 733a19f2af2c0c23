"""IAM policies: is a request allowed? What cannot be judged here is refused, never guessed.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ecs_emulator.wildcards import fits

Statement = Mapping[str, Any]
Context = Mapping[str, str]

_KNOWN = {"Sid", "Effect", "Action", "Resource", "Condition"}


class CannotJudge(Exception):
    """A policy or a request with a part that is not understood here; the message names it."""


def allows(policies: Sequence[Mapping[str, Any]], action: str, resource: str, context: Context | None = None) -> bool:
    """True when identity policies allow `action` (`dynamodb:GetItem`) on one ARN: allowed once and denied never.

    Raises CannotJudge.
    """
    statements = [statement for policy in policies for statement in _listed(policy["Statement"])]
    for statement in statements:
        _check(statement)
    effects = {
        statement["Effect"]
        for statement in statements
        if _matches(statement["Action"], action, ignore_case=True)
        and _matches(statement["Resource"], resource)
        and _holds(statement.get("Condition", {}), context or {})
    }
    return "Allow" in effects and "Deny" not in effects


def _check(statement: Statement) -> None:
    if unknown := statement.keys() - _KNOWN:
        raise CannotJudge(f"A statement with {', '.join(sorted(unknown))} cannot be judged here.")
    if missing := {"Effect", "Action", "Resource"} - statement.keys():
        raise CannotJudge(f"A statement without {', '.join(sorted(missing))} cannot be judged here.")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise CannotJudge(f"The effect {statement['Effect']} is unknown.")
    for operator in statement.get("Condition", {}):
        if operator not in _OPERATORS:
            raise CannotJudge(f"The condition operator {operator} cannot be judged here.")


def _matches(patterns: str | list[str], text: str, ignore_case: bool = False) -> bool:
    return any(_like(pattern, text, ignore_case) for pattern in _listed(patterns))


def _like(pattern: str, text: str, ignore_case: bool = False) -> bool:
    if "${" in pattern:
        raise CannotJudge(f"The policy variable in {pattern} cannot be judged here.")
    return fits(pattern.lower(), text.lower()) if ignore_case else fits(pattern, text)


def _holds(conditions: Mapping[str, Any], context: Context) -> bool:
    given = {name.lower(): value for name, value in context.items()}
    for operator, tests in conditions.items():
        for key, values in tests.items():
            if key.lower() not in given:
                raise CannotJudge(f"Nothing is known here of the condition key {key}.")
            if not any(_OPERATORS[operator](value, given[key.lower()]) for value in _listed(values)):
                return False
    return True


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "ArnEquals": _like,
    "ArnLike": _like,
    "StringEquals": lambda value, given: value == given,
    "StringLike": _like,
}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
