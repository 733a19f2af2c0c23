"""Attributes of target groups, as the kind of load balancer before them has them: moto gives all of them the same.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ecs_emulator.cloud import attribute_values
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.moto_elbv2 import elbv2_store
from ecs_emulator.cloud.service import Answer, Operations

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
_STICKINESS = {"application": ("lb_cookie", "app_cookie"), "network": ("source_ip",)}
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
_RESERVED_COOKIES = ("AWSALB", "AWSALBAPP", "AWSALBTG")
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


def modify(given: ModifyTargetGroupAttributesInputTypeDef) -> Answer | None:
    complete(given)
    values = attribute_values.given(given["Attributes"])
    with elbv2_store() as store:
        group = store.target_groups.get(given["TargetGroupArn"])
        defaults = _defaults(group) if group else None
        for key in values:
            if key not in _KNOWN:
                raise AwsError("ValidationError", f"Target group attribute key '{key}' is not recognized")
            if defaults and key not in defaults:
                raise AwsError("InvalidConfigurationRequest", "The provided target group attribute is not supported")
        attribute_values.check_values(values, is_target_group=True)
        if not defaults:
            return None
        _check_stickiness(group, {**group.attributes, **values})
        group.attributes.update(values)
        return {"Attributes": [{"Key": key, "Value": value} for key, value in group.attributes.items()]}


def _check_stickiness(group: Any, attributes: Mapping[str, str]) -> None:
    """Raises AwsError for a kind of stickiness that targets of a group cannot have."""
    kind, cookie = attributes["stickiness.type"], attributes.get("stickiness.app_cookie.cookie_name", "")
    every = [each for kinds in _STICKINESS.values() for each in kinds]
    if kind not in every:
        raise AwsError("ValidationError", f"'Stickiness type' must be one of [{', '.join(sorted(every))}]")
    if kind not in _STICKINESS["application" if group.protocol in ("HTTP", "HTTPS") else "network"]:
        message = f"Stickiness type '{kind}' is not supported for target groups with the {group.protocol} protocol"
        raise AwsError("InvalidConfigurationRequest", message)
    if group.protocol == "TLS" and attributes["stickiness.enabled"] == "true":
        message = "You cannot enable stickiness on target groups with the TLS protocol"
        raise AwsError("InvalidConfigurationRequest", message)
    if kind == "app_cookie" and not cookie:
        message = "You must set an application cookie name to enable stickiness of type 'app_cookie'"
        raise AwsError("InvalidConfigurationRequest", message)
    if cookie in _RESERVED_COOKIES:
        raise AwsError("ValidationError", f"'{cookie}' is reserved for cookies of the load balancer")


OPERATIONS: Operations = {
    # moto answers after this.
    "DescribeTargetGroupAttributes": complete,
    "ModifyTargetGroupAttributes": modify,
}
