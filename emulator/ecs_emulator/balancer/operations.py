"""ELBv2 operations on targets; all others are those of its store."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecs_emulator.balancer.balancer import Balancer
from ecs_emulator.balancer.groups import Group
from ecs_emulator.balancer.health import UNKNOWN
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler.interfaces import Health, TargetAddress

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import (
        DeregisterTargetsInputTypeDef,
        DescribeTargetHealthInputTypeDef,
        RegisterTargetsInputTypeDef,
        TargetDescriptionTypeDef,
        TargetHealthDescriptionTypeDef,
        TargetHealthTypeDef,
    )

    from ecs_emulator.cloud.service import Answer, OwnerOperations

# Of RFC 1918 and RFC 6598; those of the tasks of this machine, on its loopback network, are beside them.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html#target-type
_NETWORKS = [ipaddress.ip_network(each) for each in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")]
_INSTANCE = re.compile("i-(?:[0-9a-f]{8}|[0-9a-f]{17})")


def register_targets(balancer: Balancer, request: RegisterTargetsInputTypeDef) -> Answer:
    """All of them, or none where one is refused."""
    group = _group(balancer, request["TargetGroupArn"])
    for each in request["Targets"]:
        _check(each["Id"], group)
    for target in _targets(request["Targets"], group):
        balancer.register(group.arn, target)
    return {}


def deregister_targets(balancer: Balancer, request: DeregisterTargetsInputTypeDef) -> Answer:
    """A target that the group does not have is no error."""
    group = _group(balancer, request["TargetGroupArn"])
    for target in _targets(request["Targets"], group):
        balancer.deregister(group.arn, target)
    return {}


def describe_target_health(balancer: Balancer, request: DescribeTargetHealthInputTypeDef) -> Answer:
    group = _group(balancer, request["TargetGroupArn"])
    targets = _targets(request["Targets"], group) if request.get("Targets") else balancer.targets(group.arn)
    healths = [(target, balancer.health(group.arn, target)) for target in targets]
    return {
        "TargetHealthDescriptions": [
            _described(target, health or UNKNOWN, group)
            for target, health in healths
            if health or request.get("Targets")
        ]
    }


OPERATIONS: OwnerOperations[Balancer] = {
    "RegisterTargets": register_targets,
    "DeregisterTargets": deregister_targets,
    "DescribeTargetHealth": describe_target_health,
}


def _group(balancer: Balancer, arn: str) -> Group:
    group = balancer.group(arn)
    if group is None:
        raise AwsError("TargetGroupNotFound", "One or more target groups not found")
    return group


def _check(name: str, group: Group) -> None:
    """Raises AwsError for what is no target of such a group; instances there are none of.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html
    """
    if group.target_type == "ip":
        address = ipaddress.ip_address(_address(name))
        if not (address.is_loopback or any(address in each for each in _NETWORKS)):
            message = f"The IP address '{name}' is not within a valid range: register addresses of the VPC's subnets, "
            raise AwsError("ValidationError", message + ", ".join(map(str, _NETWORKS)))
    elif group.target_type != "instance":
        raise AwsError("ValidationError", f"Targets of type {group.target_type} are not emulated here.")
    elif _INSTANCE.fullmatch(name):
        message = f"The following targets are not in a running state and cannot be registered: '{name}'"
        raise AwsError("InvalidTarget", message)
    else:
        raise AwsError("ValidationError", f"Instance ID '{name}' is not valid")


def _targets(descriptions: Sequence[TargetDescriptionTypeDef], group: Group) -> list[TargetAddress]:
    return [TargetAddress(_address(each["Id"]), each.get("Port") or group.port) for each in descriptions]


def _address(text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError as error:
        raise AwsError("ValidationError", f"The IP address '{text}' is not a valid IPv4 address") from error


def _described(target: TargetAddress, health: Health, group: Group) -> TargetHealthDescriptionTypeDef:
    state: TargetHealthTypeDef = {"State": health.state}
    if health.reason is not None:
        state["Reason"] = health.reason
    if health.description is not None:
        state["Description"] = health.description
    return {
        "Target": {"Id": target.id, "Port": target.port},
        "HealthCheckPort": str(group.checks.port or target.port),
        "TargetHealth": state,
    }
