"""Where AWS has no order, the one that works is taken, and a word said about it."""

from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.stacks.effects import warnings
from ecs_emulator.stacks.races import races, warning
from emulator.tests.stacks.stage import Stage
from emulator.tests.stacks.templates import SERVICE

_TYPES = {
    "Group": "AWS::ElasticLoadBalancingV2::TargetGroup",
    "Other": "AWS::ElasticLoadBalancingV2::TargetGroup",
    "Rule": "AWS::ElasticLoadBalancingV2::ListenerRule",
    "Listener": "AWS::ElasticLoadBalancingV2::Listener",
    "Task": "AWS::ECS::TaskDefinition",
    "Service": "AWS::ECS::Service",
}


@pytest.mark.parametrize(
    ("needs", "found"),
    [
        ({"Service": ["Group", "Task"], "Rule": ["Group", "Listener"]}, {"Service": ["Rule"]}),
        ({"Service": ["Group"], "Rule": ["Group"], "Listener": ["Group"]}, {"Service": ["Rule", "Listener"]}),
        ({"Service": ["Group", "Rule"], "Rule": ["Group"]}, {}),
        # One is enough, however far it is.
        ({"Service": ["Group", "Task"], "Task": ["Rule"], "Rule": ["Group"], "Listener": ["Group"]}, {}),
        ({"Service": ["Group"], "Rule": ["Other"]}, {}),
        ({"Service": ["Group", "Other", "Rule"], "Rule": ["Group"], "Listener": ["Other"]}, {"Service": ["Listener"]}),
        ({"Service": ["Group"], "Rule": ["Group", "Service"]}, {}),
        ({"Service": ["Task"], "Rule": ["Group"]}, {}),
    ],
)
def test_a_service_comes_after_what_brings_its_group_to_a_load_balancer(
    needs: dict[str, list[str]], found: dict[str, list[str]]
) -> None:
    resources: dict[str, Any] = {name: {"Type": kind} for name, kind in _TYPES.items()}
    assert races(_TYPES, resources, lambda name: needs.get(name, [])) == found


def test_the_missing_order_is_said_and_the_one_that_works_is_taken(stage: Stage, name: str) -> None:
    before, listener, after = SERVICE.partition("  Listener:")
    listener += after[: after.index("  Cluster:")]
    last = f"{before}{after[after.index('  Cluster:') : after.index('Outputs:')]}{listener}"
    stage.deploy(name, last.replace("    DependsOn: Listener\n", ""))
    made = [logical_id for logical_id, status in stage.statuses(name) if status == "CREATE_COMPLETE"]
    assert made.index("Listener") < made.index("Service")
    sentence = warning("Service", ["Listener"])
    assert sentence == (
        "On AWS Service may come before Listener, and is refused then: its target group has no load balancer yet. "
        "DependsOn: [Listener] gives them an order."
    )
    assert sentence in warnings(stage.stacks)
    stack = stage.stacks.named(name)
    assert stack is not None
    assert stack.resources["Service"].reason == sentence


def test_of_an_order_that_is_there_nothing_is_said(stage: Stage, name: str) -> None:
    stage.deploy(name, SERVICE)
    stack = stage.stacks.named(name)
    assert stack is not None
    assert (stack.races, stack.resources["Service"].reason) == ({}, None)


def test_what_needs_no_service_is_there_before_it_whether_it_is_named_or_not(stage: Stage, name: str) -> None:
    before, service, after = SERVICE.partition("  Service:")
    resources, _, outputs = after.partition("Outputs:")
    last = f"""{before}{service}{resources}
  Told: {{Type: AWS::SSM::Parameter, Properties: {{Type: String, Value: !GetAtt Service.Name}}}}
  Logs: {{Type: AWS::Logs::LogGroup, Properties: {{LogGroupName: "/of/{name}"}}}}
Outputs:{outputs}"""
    stage.deploy(name, last)
    made = [logical_id for logical_id, status in stage.statuses(name) if status == "CREATE_COMPLETE"]
    assert made.index("Logs") < made.index("Service") < made.index("Told")
