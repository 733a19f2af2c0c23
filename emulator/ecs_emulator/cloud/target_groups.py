"""Corrections of moto's target groups: rules between settings of their health checks, and who uses them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroup.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecs_emulator.cloud import health_check_rules
from ecs_emulator.cloud.moto_elbv2 import elbv2_store, no_marker
from ecs_emulator.cloud.rules import target_groups
from ecs_emulator.cloud.service import Operations

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import (
        CreateTargetGroupInputTypeDef,
        DescribeTargetGroupsInputTypeDef,
        ModifyTargetGroupInputTypeDef,
    )


def create_target_group(given: CreateTargetGroupInputTypeDef) -> None:
    health_check_rules.check(given)


def modify_target_group(given: ModifyTargetGroupInputTypeDef) -> None:
    with elbv2_store() as store:
        if group := store.target_groups.get(given["TargetGroupArn"]):
            kept = {
                "Protocol": group.protocol,
                "HealthCheckIntervalSeconds": group.health_check_interval_seconds,
                "HealthCheckTimeoutSeconds": group.health_check_timeout_seconds,
            }
            health_check_rules.check({**kept, **given})


def describe_target_groups(given: DescribeTargetGroupsInputTypeDef) -> None:
    """moto notes a load balancer when a rule is made, and neither when one is changed nor when one is gone."""
    with elbv2_store() as store:
        if given.get("Marker") and given["Marker"] not in store.target_groups:
            raise no_marker(given["Marker"])
        using: dict[str, set[str]] = {}
        for balancer in store.load_balancers.values():
            for listener in balancer.listeners.values():
                for action in [action for rule in listener.rules.values() for action in rule.actions]:
                    for group in target_groups(action.data):
                        using.setdefault(group["TargetGroupArn"], set()).add(balancer.arn)
        for arn, group in store.target_groups.items():
            group.load_balancer_arns = sorted(using.get(arn, ()))


OPERATIONS: Operations = {
    # moto answers all of these after this.
    "CreateTargetGroup": create_target_group,
    "ModifyTargetGroup": modify_target_group,
    "DescribeTargetGroups": describe_target_groups,
}
