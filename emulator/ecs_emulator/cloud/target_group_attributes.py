"""Attributes of target groups, as the kind of load balancer before them has them: moto gives all of them the same.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.moto_elbv2 import elbv2_store
from ecs_emulator.cloud.service import Operations

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import (
        DescribeTargetGroupAttributesInputTypeDef,
        ModifyTargetGroupAttributesInputTypeDef,
    )

_OF_BOTH = {
    "deregistration_delay.timeout_seconds": "300",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "stickiness.enabled": "false",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
_APPLICATION = {
    **_OF_BOTH,
    "load_balancing.algorithm.anomaly_mitigation": "off",
    "load_balancing.algorithm.type": "round_robin",
    "slow_start.duration_seconds": "0",
    "stickiness.app_cookie.cookie_name": "",
    "stickiness.app_cookie.duration_seconds": "86400",
    "stickiness.lb_cookie.duration_seconds": "86400",
    "stickiness.type": "lb_cookie",
}
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html
_NETWORK = {
    **_OF_BOTH,
    "deregistration_delay.connection_termination.enabled": "false",
    "preserve_client_ip.enabled": "true",
    "proxy_protocol_v2.enabled": "false",
    "stickiness.type": "source_ip",
    "target_health_state.unhealthy.connection_termination.enabled": "true",
    "target_health_state.unhealthy.draining_interval_seconds": "0",
}
# Seconds that they may be.
_SECONDS = {
    "deregistration_delay.timeout_seconds": range(3601),
    "slow_start.duration_seconds": (0, *range(30, 901)),
    "stickiness.app_cookie.duration_seconds": range(1, 604_801),
    "stickiness.lb_cookie.duration_seconds": range(1, 604_801),
}
_KNOWN = {**_APPLICATION, **_NETWORK, "lambda.multi_value_headers.enabled": "false"}


def _defaults(group: Any) -> dict[str, str] | None:
    """Attributes of a target group of which none was changed; None for kinds that are not played."""
    match group.protocol:
        case "HTTP" | "HTTPS":
            return _APPLICATION
        case "TCP" | "TLS" if group.target_type == "ip":
            return {**_NETWORK, "preserve_client_ip.enabled": "false"}
        case "TCP" | "TCP_UDP" | "TLS" | "UDP":
            return _NETWORK
    return None


def complete(given: DescribeTargetGroupAttributesInputTypeDef | ModifyTargetGroupAttributesInputTypeDef) -> None:
    with elbv2_store() as store:
        group = store.target_groups.get(given["TargetGroupArn"])
        if group and (defaults := _defaults(group)):
            there = {name: str(value) for name, value in group.attributes.items() if name in defaults}
            group.attributes = {**defaults, **there}


def modify(given: ModifyTargetGroupAttributesInputTypeDef) -> None:
    complete(given)
    with elbv2_store() as store:
        group = store.target_groups.get(given["TargetGroupArn"])
        defaults = _defaults(group) if group else None
        for key, value in [(each["Key"], each.get("Value", "")) for each in given["Attributes"] if "Key" in each]:
            if key not in _KNOWN:
                raise AwsError("ValidationError", f"Target group attribute key '{key}' is not recognized")
            if defaults and key not in defaults:
                raise AwsError("InvalidConfigurationRequest", "The provided target group attribute is not supported")
            # The load balancer could not read it, nor whatever is changed afterwards.
            if key in _SECONDS and not (value.isascii() and value.isdecimal() and int(value) in _SECONDS[key]):
                raise AwsError("ValidationError", f"'{key}' value '{value}' is not valid")


OPERATIONS: Operations = {
    # moto answers both after this.
    "DescribeTargetGroupAttributes": complete,
    "ModifyTargetGroupAttributes": modify,
}
