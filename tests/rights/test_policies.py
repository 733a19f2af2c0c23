"""The operator's policies allow each verb the calls that it makes, and nothing else."""

from __future__ import annotations

import json

import pytest

from ecs_emulator.cloud.iam import allows
from ops.rights.documents import FOLDER, Policy, of_template, of_verb
from tests.rights import calls, recorder, schemas
from tests.rights.policies import LIMIT, needed, policy, resources, size, written

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
# What each condition key would be in a request that is meant.
CONTEXT = {"iam:PassedToService": "ecs-tasks.amazonaws.com", "iam:AWSServiceName": "ecs.amazonaws.com"}


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def document(name: str) -> Policy:
    found: Policy = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def example(pattern: str, account: str = "123456789012") -> str:
    """An ARN that a pattern fits."""
    return pattern.replace("::*:", f"::{account}:").replace(":*:*:", f":us-east-1:{account}:").replace("*", "example")


def test_the_policies_are_those_that_the_calls_and_the_schemas_make(name: str, document: Policy) -> None:
    """`make rights` writes them."""
    assert (FOLDER / f"{name}.json").read_text() == written(policy(needed()[name]))


def test_there_is_a_policy_for_every_verb_that_works_on_aws_and_for_every_template() -> None:
    assert set(NAMES) == calls.verbs() | {f"stack-{template}" for template in schemas.templates()}
    assert of_verb("status")
    assert of_template("network")


def test_every_call_that_is_made_is_allowed(name: str, document: Policy) -> None:
    for action in needed()[name]:
        for pattern in resources(action):
            assert allows([document], action, "*" if pattern == "*" else example(pattern), CONTEXT), (action, pattern)


def test_no_other_action_is_allowed(name: str, document: Policy) -> None:
    allowed = {action for each in document["Statement"] for action in each["Action"]}
    assert allowed == needed()[name]
    assert not [action for action in allowed if "*" in action or "?" in action]


def test_what_has_a_name_is_allowed_on_nobody_elses(name: str, document: Policy) -> None:
    for action in needed()[name]:
        for pattern in resources(action):
            if "mysf" in pattern:
                others = example(pattern.replace("mysfits", "ledger").replace("mysf", "ledger"))
                assert not allows([document], action, others, CONTEXT), (action, others)


def test_a_role_is_passed_to_the_services_of_the_templates_alone() -> None:
    statements: Policy = {"Version": "2012-10-17", "Statement": of_template("service")}
    role = "arn:aws:iam::123456789012:role/mysfits-service-TaskRole-A1"
    assert allows([statements], "iam:PassRole", role, CONTEXT)
    assert not allows([statements], "iam:PassRole", role, {**CONTEXT, "iam:PassedToService": "ec2.amazonaws.com"})


def test_iam_takes_each_as_a_managed_policy(name: str, document: Policy) -> None:
    assert size(document) <= LIMIT
    sids = [each["Sid"] for each in document["Statement"]]
    assert len(set(sids)) == len(sids)


def test_a_call_that_no_verb_makes_any_more_is_noticed() -> None:
    made = {("status", "ecs:DescribeServices"), ("up", "s3:CreateBucket")}
    recorded = {("status", "ecs:DescribeServices"), ("status", "ecs:ListTasks")}
    assert recorder.superfluous(made, recorded) == {("status", "ecs:ListTasks")}
    assert calls.on_aws(made) == {("status", "ecs:DescribeServices")}
