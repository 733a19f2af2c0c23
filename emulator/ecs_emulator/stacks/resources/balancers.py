"""Load balancers and target groups of ELBv2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ecs_emulator.cloud import attribute_values, health_check_rules
from ecs_emulator.stacks.names import shortened
from ecs_emulator.stacks.resources.coercion import call, refusals, refuse, text
from ecs_emulator.stacks.resources.provider import (
    TAGS,
    Context,
    PhysicalResource,
    Properties,
    Provider,
    changed,
    finishing,
    retag,
)
from ecs_emulator.stacks.schema import MAP, TEXT
from ecs_emulator.stacks.templates import TemplateError
from ecs_emulator.stacks.values import as_list, is_unknown

_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
_NAME_LIMIT = 32
_FEW_SUBNETS = "At least two subnets in two different Availability Zones must be specified."

# Networks have no effect on this machine: whatever subnets a template names, its load balancer has the default ones.
_NETWORK = {"SubnetMappings", "Subnets", "SecurityGroups"}
_NOT_OF_BALANCERS = {
    "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "networks have no effect here.",
    "MinimumLoadBalancerCapacity": "the load balancer of this machine has the capacity that it has.",
}


def _unsupported_balancer(properties: Properties) -> Iterator[TemplateError]:
    yield from refusals(properties, _NOT_OF_BALANCERS)
    kind = properties.get("Type", "application")
    if kind not in ("application", "network") and not is_unknown(kind):
        yield TemplateError(f"{_BALANCER}.Type {kind} is not emulated here: application and network are.").within(
            "Type"
        )


def _create_balancer(context: Context, name: str, properties: Properties) -> PhysicalResource:
    refuse(_unsupported_balancer(properties))
    elbv2, kind = context.client("elbv2"), properties.get("Type", "application")
    request = {"Name": shortened(name, _NAME_LIMIT), **properties}
    attributes = request.pop("LoadBalancerAttributes", [])
    subnets = request.pop("Subnets", []) or request.pop("SubnetMappings", [])
    request.pop("SubnetMappings", None)
    if kind == "application" and len(subnets) < 2:
        raise TemplateError(_FEW_SUBNETS)
    request["Subnets"] = _default_subnets(context)[: max(1 if kind == "network" else 2, len(subnets))]
    arn = call(elbv2, "CreateLoadBalancer", request, _BALANCER)["LoadBalancers"][0]["LoadBalancerArn"]
    # Described, as the endpoint tells where it really listens.
    balancer = elbv2.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]
    physical = PhysicalResource(
        arn,
        {
            "CanonicalHostedZoneID": balancer["CanonicalHostedZoneId"],
            "DNSName": balancer["DNSName"],
            "LoadBalancerArn": arn,
            "LoadBalancerFullName": arn.partition(":loadbalancer/")[2],
            "LoadBalancerName": balancer["LoadBalancerName"],
            "SecurityGroups": balancer.get("SecurityGroups", []),
        },
    )
    with finishing(physical):
        _set(elbv2, "ModifyLoadBalancerAttributes", {"LoadBalancerArn": arn}, attributes)
    return physical


def _update_balancer(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    refuse(_unsupported_balancer(after))
    elbv2, differing = context.client("elbv2"), changed(before, after)
    if unknown := differing - _NETWORK - {"IpAddressType", "LoadBalancerAttributes", "Tags"}:
        raise TemplateError(f"{_BALANCER}.{min(unknown)} cannot be changed here.")
    if "IpAddressType" in differing:
        request = {"LoadBalancerArn": physical.ref, "IpAddressType": after.get("IpAddressType", "ipv4")}
        call(elbv2, "SetIpAddressType", request, _BALANCER)
    attributes = after.get("LoadBalancerAttributes", []) if "LoadBalancerAttributes" in differing else []
    _set(elbv2, "ModifyLoadBalancerAttributes", {"LoadBalancerArn": physical.ref}, attributes)
    tag(context, physical.ref, before, after)
    return physical


def _delete_balancer(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("elbv2").delete_load_balancer(LoadBalancerArn=physical.ref)


def _default_subnets(context: Context) -> list[str]:
    ec2 = context.client("ec2")
    answer = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])
    return [subnet["SubnetId"] for subnet in answer["Subnets"]]


def _create_group(context: Context, name: str, properties: Properties) -> PhysicalResource:
    elbv2 = context.client("elbv2")
    refuse(_unsupported_group(properties))
    request = {"Name": shortened(name, _NAME_LIMIT), **properties}
    attributes, targets = request.pop("TargetGroupAttributes", []), request.pop("Targets", [])
    if "VpcId" in request:
        request["VpcId"] = _default_vpc(context)
    group = call(elbv2, "CreateTargetGroup", request, _GROUP)["TargetGroups"][0]
    arn = group["TargetGroupArn"]
    physical = PhysicalResource(
        arn,
        {
            "LoadBalancerArns": group.get("LoadBalancerArns", []),
            "TargetGroupArn": arn,
            "TargetGroupFullName": arn.rpartition(":")[2],
            "TargetGroupName": group["TargetGroupName"],
        },
    )
    with finishing(physical):
        _set(elbv2, "ModifyTargetGroupAttributes", {"TargetGroupArn": arn}, attributes)
        if targets:
            call(elbv2, "RegisterTargets", {"TargetGroupArn": arn, "Targets": targets}, _GROUP)
    return physical


def _unsupported_group(properties: Properties) -> Iterator[TemplateError]:
    if properties.get("TargetType") == "lambda":
        yield TemplateError(f"{_GROUP}.TargetType lambda is not emulated here.").within("TargetType")


def _wrong_group(properties: Properties) -> Iterator[TemplateError]:
    """What ELBv2 refuses of a group, whose own words are the reason once it is deployed."""
    yield from _unsupported_group(properties)
    known = {name: None if is_unknown(value) else value for name, value in properties.items()}
    for name, message in health_check_rules.broken(known):
        yield TemplateError(f"{message.removesuffix('.')}.").within(name)
    yield from _wrong_values(properties, "TargetGroupAttributes")


def _wrong_balancer(properties: Properties) -> Iterator[TemplateError]:
    yield from _unsupported_balancer(properties)
    where = next((name for name in ("Subnets", "SubnetMappings") if name in properties), "")
    subnets = properties[where] if where else []
    if properties.get("Type", "application") == "application" and isinstance(subnets, list) and len(subnets) < 2:
        yield TemplateError(_FEW_SUBNETS).within(*filter(None, [where]))
    yield from _wrong_values(properties, "LoadBalancerAttributes")


def _wrong_values(properties: Properties, attributes: str) -> Iterator[TemplateError]:
    for index, each in enumerate(as_list(properties.get(attributes, []))):
        key, value = (each.get("Key"), each.get("Value")) if isinstance(each, dict) else (None, None)
        if isinstance(key, str) and isinstance(value, str | int) and not is_unknown([key, value]):
            problem = attribute_values.wrong_value(key, text(value), attributes.startswith("TargetGroup"))
            if problem:
                yield TemplateError(f"{problem}.").within(attributes, index, "Value")


_CHECKS = {
    "HealthCheckEnabled",
    "HealthCheckIntervalSeconds",
    "HealthCheckPath",
    "HealthCheckPort",
    "HealthCheckProtocol",
    "HealthCheckTimeoutSeconds",
    "HealthyThresholdCount",
    "Matcher",
    "UnhealthyThresholdCount",
}
_CHECK_DEFAULTS = {
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    "HealthCheckEnabled": True,
    "HealthCheckIntervalSeconds": 30,
    "HealthCheckPath": "/",
    "HealthCheckPort": "traffic-port",
    "HealthCheckProtocol": "HTTP",
    "HealthCheckTimeoutSeconds": 5,
    "HealthyThresholdCount": 5,
    "Matcher": {"HttpCode": "200"},
    "UnhealthyThresholdCount": 2,
}


def _update_group(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    elbv2, name, differing = context.client("elbv2"), {"TargetGroupArn": physical.ref}, changed(before, after)
    if unknown := differing - _CHECKS - {"TargetGroupAttributes", "Targets", "Tags"}:
        raise TemplateError(f"{_GROUP}.{min(unknown)} cannot be changed here.")
    if checks := differing & _CHECKS:
        request = {each: after.get(each, _CHECK_DEFAULTS[each]) for each in checks}
        call(elbv2, "ModifyTargetGroup", {**name, **request}, _GROUP)
    if "TargetGroupAttributes" in differing:
        _set(elbv2, "ModifyTargetGroupAttributes", name, after.get("TargetGroupAttributes", []))
    old, new = before.get("Targets", []), after.get("Targets", [])
    if gone := [target for target in old if target not in new]:
        call(elbv2, "DeregisterTargets", {**name, "Targets": gone}, _GROUP)
    if more := [target for target in new if target not in old]:
        call(elbv2, "RegisterTargets", {**name, "Targets": more}, _GROUP)
    tag(context, physical.ref, before, after)
    return physical


def _delete_group(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("elbv2").delete_target_group(TargetGroupArn=physical.ref)


def _default_vpc(context: Context) -> str:
    ec2 = context.client("ec2")
    answer = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])
    return str(answer["Vpcs"][0]["VpcId"])


def _set(elbv2: Any, operation: str, name: Properties, attributes: list[Any]) -> None:
    if attributes:
        values = [{"Key": each["Key"], "Value": text(each["Value"])} for each in attributes]
        call(elbv2, operation, {**name, "Attributes": values})


def tag(context: Context, arn: str, before: Properties, after: Properties) -> None:
    """Give a resource of ELBv2 the tags of its properties."""
    elbv2 = context.client("elbv2")
    retag(
        before,
        after,
        lambda gone: elbv2.remove_tags(ResourceArns=[arn], TagKeys=gone),
        lambda tags: elbv2.add_tags(ResourceArns=[arn], Tags=tags),
    )


LOAD_BALANCER = Provider(
    _create_balancer,
    _update_balancer,
    _delete_balancer,
    replaced_by=frozenset({"Name", "Scheme", "Type"}),
    name="Name",
    schema={"LoadBalancerAttributes?": TAGS, "Subnets?": [TEXT], "SubnetMappings?": [MAP], "Tags?": TAGS},
    refusals=_wrong_balancer,
)
TARGET_GROUP = Provider(
    _create_group,
    _update_group,
    _delete_group,
    replaced_by=frozenset({"IpAddressType", "Name", "Port", "Protocol", "ProtocolVersion", "TargetType", "VpcId"}),
    name="Name",
    schema={"Matcher?": MAP, "Tags?": TAGS, "TargetGroupAttributes?": TAGS, "Targets?": [MAP]},
    refusals=_wrong_group,
)
