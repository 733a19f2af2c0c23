"""Check of the caller's rights: the policies of ops/rights/, simulated by IAM."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import boto3
from botocore.exceptions import ClientError

from ecs_emulator.doctor.findings import Finding, State
from ecs_emulator.ops.outcomes import Outcome, failure_of
from ops.doctor.caller import Caller
from ops.doctor.plan import Plan
from ops.rights.documents import Statement, of_template, of_verb

_AT_ONCE = 50  # actions of a call


def granted(session: boto3.Session, who: Caller, plan: Plan) -> Finding:
    """Rights to deploy the plan, as IAM's `SimulatePrincipalPolicy` sees them.

    *IAM API Reference*, "SimulatePrincipalPolicy": it takes users and roles, knows their boundaries, and none of the
    policies of resources.
    """
    if who.arn.endswith(":root"):
        return Finding("rights", State.GOOD, "The root user may do everything.")
    iam: Any = session.client("iam")
    try:
        principal = _principal(iam, who)
        denied = sorted({action for each in _needed(plan) for action in _denied(session, iam, principal, who, each)})
    except ClientError as error:
        if failure_of(error).outcome is not Outcome.DENIED:
            raise
        seen = "IAM cannot be asked: that takes iam:SimulatePrincipalPolicy, and iam:GetRole for a role."
        return Finding("rights", State.UNKNOWN, seen)
    if denied:
        some = f"{', '.join(denied[:5])}{', …' if len(denied) > 5 else ''}"
        repair = "Attach the policies of docs/rights.md, or have them attached."
        return Finding("rights", State.BAD, f"{len(denied)} actions are not allowed: {some}.", repair)
    return Finding("rights", State.GOOD, "IAM allows what a deployment does.")


def _needed(plan: Plan) -> Iterator[Statement]:
    yield from of_verb("deploy")
    for template in sorted(plan.templates):
        yield from of_template(template)


def _principal(iam: Any, who: Caller) -> str:
    """ARN of the user or role. A session's ARN has the name of its role alone, without the path."""
    kind, _, rest = who.arn.rpartition(":")[2].partition("/")
    if kind != "assumed-role":
        return who.arn
    return str(iam.get_role(RoleName=rest.partition("/")[0])["Role"]["Arn"])


def _denied(session: boto3.Session, iam: Any, principal: str, who: Caller, statement: Statement) -> Iterator[str]:
    actions, conditions = statement["Action"], statement.get("Condition", {}).get("StringEquals", {})
    contexts = product(*([(key, each) for each in values] for key, values in conditions.items()))
    for context, start in product(contexts, range(0, len(actions), _AT_ONCE)):
        pages = iam.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=principal,
            ActionNames=actions[start : start + _AT_ONCE],
            # One of several: a right that is narrower than ours would not cover all.
            ResourceArns=[_example(each, session.region_name, who.account) for each in statement["Resource"][:1]],
            ContextEntries=[
                {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
                for key, value in context
            ],
        )
        for page in pages:
            for each in page["EvaluationResults"]:
                if each["EvalDecision"] != "allowed":
                    yield each["EvalActionName"]


def _example(pattern: str, region: str, account: str) -> str:
    """ARN that a pattern fits, of this account and region."""
    if pattern == "*":
        return pattern
    prefix, partition, service, where, owner, resource = pattern.split(":", 5)
    here = (prefix, partition, service, where.replace("*", region), owner.replace("*", account))
    return ":".join((*here, resource.replace("*", "example")))
