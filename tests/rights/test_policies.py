"""The operator's policies allow each verb the calls that it makes, and nothing else."""

from __future__ import annotations

import json
from itertools import product

import pytest

from ecs_emulator.cloud.iam import allows
from ops.rights.documents import FOLDER, Policy, of_template, of_verb
from tests.rights import calls, recorder, schemas
from tests.rights.policies import LIMIT, dependents, needed, policy, resources, size, written
from tests.rights.resources import CONDITIONS

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
ROLE = "arn:aws:iam::123456789012:role/mysfits-service-TaskRole-A1"


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


def contexts(name: str, action: str) -> list[dict[str, str]]:
    """Condition keys of the requests that a policy's action is meant for."""
    if action not in CONDITIONS:
        return [{}]
    condition = CONDITIONS[action]
    return [{condition.key: each} for each in condition.values(needed()[name])]


def test_the_policies_are_those_that_the_calls_and_the_schemas_make(name: str, document: Policy) -> None:
    """`make rights` writes them."""
    assert (FOLDER / f"{name}.json").read_text() == written(policy(name))


def test_there_is_a_policy_for_every_verb_that_works_on_aws_and_for_every_template() -> None:
    assert set(NAMES) == calls.verbs() | {f"stack-{template}" for template in schemas.templates()}
    assert of_verb("status")
    assert of_template("network")


def test_every_call_that_is_made_is_allowed(name: str, document: Policy) -> None:
    for action in needed()[name]:
        assert contexts(name, action), f"nobody says whom {action} is for"
        for pattern, context in product(resources(name, action), contexts(name, action)):
            assert allows([document], action, "*" if pattern == "*" else example(pattern), context), (action, pattern)


def test_whoever_may_take_an_action_may_take_those_that_aws_demands_with_it(name: str, document: Policy) -> None:
    allowed = {action for each in document["Statement"] for action in each["Action"]}
    assert not {(action, each) for action in allowed for each in dependents(action) - allowed}


@pytest.mark.parametrize(
    ("template", "actions"),
    [
        ("network", ["ec2:DescribeAvailabilityZones", "route53:AssociateVPCWithHostedZone"]),
        ("cluster", ["ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeInternetGateways"]),
        ("service", ["ec2:DescribeInternetGateways", "ec2:DescribeSubnets", "ec2:DescribeVpcs"]),
    ],
)
def test_each_stack_has_by_itself_what_services_ask_of_its_caller(template: str, actions: list[str]) -> None:
    """The rights that no handler in a schema names: a balancer's, a function's, an interface endpoint's."""
    document: Policy = {"Version": "2012-10-17", "Statement": of_template(template)}
    assert [each for each in actions if not allows([document], each, "*", {})] == []


def test_whoever_makes_a_scaling_policy_may_make_its_alarms() -> None:
    document: Policy = {"Version": "2012-10-17", "Statement": of_template("service")}
    alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:TargetTracking-service/Cluster-{}/Service-AlarmHigh-a1"
    assert allows([document], "cloudwatch:PutMetricAlarm", alarm.format("mysfits-cluster"), {})
    assert not allows([document], "cloudwatch:PutMetricAlarm", alarm.format("ledger"), {})


def test_no_other_action_is_allowed(name: str, document: Policy) -> None:
    allowed = {action for each in document["Statement"] for action in each["Action"]}
    assert allowed == needed()[name]
    assert not [action for action in allowed if "*" in action or "?" in action]


def test_what_has_a_name_is_allowed_on_nobody_elses(name: str, document: Policy) -> None:
    for action in needed()[name]:
        for pattern, context in product(resources(name, action), contexts(name, action)):
            if "mysf" in pattern:
                others = example(pattern.replace("mysfits", "ledger").replace("mysf", "ledger"))
                assert not allows([document], action, others, context), (action, others)


@pytest.mark.parametrize(
    ("verb", "services"),
    [
        ("update", {"ecs-tasks"}),
        ("run-task", {"ecs-tasks"}),
        ("stack-service", {"ecs-tasks"}),
        ("stack-pipeline", {"codebuild", "codepipeline"}),
        ("rollback", set()),
    ],
)
def test_a_role_is_passed_to_the_services_of_the_policys_own_actions_alone(verb: str, services: set[str]) -> None:
    document: Policy = json.loads((FOLDER / f"{verb}.json").read_text())
    asked = {"ecs-tasks", "codebuild", "codepipeline", "ec2", "lambda"}
    context = {each: {"iam:PassedToService": f"{each}.amazonaws.com"} for each in asked}
    assert {each for each in asked if allows([document], "iam:PassRole", ROLE, context[each])} == services


@pytest.mark.parametrize("template", schemas.templates())
def test_a_stack_reads_no_role_of_others(template: str) -> None:
    document: Policy = {"Version": "2012-10-17", "Statement": of_template(template)}
    assert not allows([document], "iam:GetRole", "arn:aws:iam::123456789012:role/admin", {})


def test_iam_takes_each_as_a_managed_policy(name: str, document: Policy) -> None:
    assert size(document) <= LIMIT
    sids = [each["Sid"] for each in document["Statement"]]
    assert len(set(sids)) == len(sids)


def test_a_call_that_no_verb_makes_any_more_is_noticed() -> None:
    made = {("status", "ecs:DescribeServices"), ("up", "s3:CreateBucket")}
    recorded = {("status", "ecs:DescribeServices"), ("status", "ecs:ListTasks")}
    assert recorder.superfluous(made, recorded) == {("status", "ecs:ListTasks")}
    assert calls.on_aws(made) == {("status", "ecs:DescribeServices")}
