"""Listeners of load balancers, and their rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from ecs_emulator.stacks.resources.balancers import tag
from ecs_emulator.stacks.resources.certificates import stand_in
from ecs_emulator.stacks.resources.coercion import call, refusals, refuse, text
from ecs_emulator.stacks.resources.provider import (
    TAGS,
    Context,
    PhysicalResource,
    Properties,
    Provider,
    changed,
    finishing,
)
from ecs_emulator.stacks.schema import MAP, TEXT
from ecs_emulator.stacks.templates import TemplateError
from ecs_emulator.stacks.values import as_list, is_unknown

_LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
_ACTIONS = ("fixed-response", "forward", "redirect")
_REFUSED = {
    "MutualAuthentication": "clients have no certificates here.",
    "Transforms": "the load balancer of this machine rewrites nothing.",
}


def _create_listener(context: Context, _name: str, properties: Properties) -> PhysicalResource:
    elbv2, request = context.client("elbv2"), dict(properties)
    refuse(_unsupported(properties))
    attributes = request.pop("ListenerAttributes", [])
    answer = _with_certificate(context, "CreateListener", request)
    arn = answer["Listeners"][0]["ListenerArn"]
    physical = PhysicalResource(arn, {"ListenerArn": arn})
    with finishing(physical):
        _set_attributes(elbv2, arn, attributes)
    return physical


def _update_listener(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    refuse(_unsupported(after))
    differing = changed(before, after)
    if settings := differing - {"ListenerAttributes", "Tags"}:
        request = {name: value for name, value in after.items() if name in settings | {"DefaultActions"}}
        _with_certificate(context, "ModifyListener", {"ListenerArn": physical.ref, **request})
    if "ListenerAttributes" in differing:
        _set_attributes(context.client("elbv2"), physical.ref, after.get("ListenerAttributes", []))
    tag(context, physical.ref, before, after)
    return physical


def _delete_listener(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("elbv2").delete_listener(ListenerArn=physical.ref)


def _with_certificate(context: Context, operation: str, request: Properties) -> Any:
    """The answer to a call that may name a certificate; one that is not in this cloud has a stand-in."""
    elbv2 = context.client("elbv2")
    try:
        return call(elbv2, operation, request, _LISTENER)
    except ClientError as error:
        if error.response["Error"]["Code"] != "CertificateNotFound":
            raise
    return call(elbv2, operation, {**request, "Certificates": [{"CertificateArn": stand_in(context)}]}, _LISTENER)


def _set_attributes(elbv2: Any, arn: str, attributes: list[Any]) -> None:
    if attributes:
        values = [{"Key": each["Key"], "Value": text(each["Value"])} for each in attributes]
        call(elbv2, "ModifyListenerAttributes", {"ListenerArn": arn, "Attributes": values})


def _create_rule(context: Context, _name: str, properties: Properties) -> PhysicalResource:
    refuse(_unsupported(properties))
    arn = call(context.client("elbv2"), "CreateRule", properties, _RULE)["Rules"][0]["RuleArn"]
    return PhysicalResource(arn, {"RuleArn": arn, "IsDefault": "false"})


def _update_rule(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    refuse(_unsupported(after))
    elbv2, differing = context.client("elbv2"), changed(before, after)
    if differing & {"Actions", "Conditions"}:
        rule = {"RuleArn": physical.ref, "Actions": after["Actions"], "Conditions": after["Conditions"]}
        call(elbv2, "ModifyRule", rule, _RULE)
    if "Priority" in differing:
        priority = {"RuleArn": physical.ref, "Priority": after["Priority"]}
        call(elbv2, "SetRulePriorities", {"RulePriorities": [priority]}, _RULE)
    tag(context, physical.ref, before, after)
    return physical


def _delete_rule(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("elbv2").delete_rule(RuleArn=physical.ref)


def _unsupported(properties: Properties) -> Iterator[TemplateError]:
    """Of a listener as of a rule."""
    yield from refusals(properties, _REFUSED)
    for name in ("DefaultActions", "Actions"):
        for index, action in enumerate(as_list(properties.get(name, []))):
            kind = action.get("Type") if isinstance(action, dict) else action
            if kind not in _ACTIONS and not is_unknown(kind):
                message = f"The action {kind} is not emulated here; there are: {', '.join(_ACTIONS)}."
                yield TemplateError(message).within(name, index)


def _wrong_listener(properties: Properties) -> Iterator[TemplateError]:
    yield from _unsupported(properties)
    protocol = properties.get("Protocol")
    if protocol in ("HTTPS", "TLS") and not properties.get("Certificates"):
        yield TemplateError(f"A certificate must be specified for {protocol} listeners.").within("Protocol")


LISTENER = Provider(
    _create_listener,
    _update_listener,
    _delete_listener,
    replaced_by=frozenset({"LoadBalancerArn"}),
    schema={"DefaultActions?": [MAP], "ListenerAttributes?": TAGS, "Tags?": TAGS},
    refusals=_wrong_listener,
)
LISTENER_RULE = Provider(
    _create_rule,
    _update_rule,
    _delete_rule,
    replaced_by=frozenset({"ListenerArn"}),
    schema={"Actions": [MAP], "Conditions": [MAP], "Priority": TEXT, "Tags?": TAGS},
    refusals=_unsupported,
)
