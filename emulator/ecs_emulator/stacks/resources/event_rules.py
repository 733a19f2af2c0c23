"""Buses and rules of EventBridge, which moto keeps: what PutEvents brings reaches queues, log groups and buses.

No service sends an event here, and no schedule is kept.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html
"""

from __future__ import annotations

from typing import Any

from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.names import shortened
from ecs_emulator.stacks.resources.coercion import call, text
from ecs_emulator.stacks.resources.policies import policy_json
from ecs_emulator.stacks.resources.provider import (
    TAGS,
    Context,
    PhysicalResource,
    Properties,
    Provider,
    changed,
    finishing,
    only,
    retag,
)
from ecs_emulator.stacks.resources.stubs import checked
from ecs_emulator.stacks.schema import TEXT

_LONGEST_NAME = 64  # characters
_BUS, _RULE = "AWS::Events::EventBus", "AWS::Events::Rule"
_OF_BUS = ("Description", "EventSourceName", "Name", "Tags")
_OF_RULE = ("Description", "EventBusName", "RoleArn", "ScheduleExpression", "State", "Tags")


def _create_rule(context: Context, name: str, properties: Properties) -> PhysicalResource:
    events = context.client("events")
    own = text(properties.get("Name") or shortened(name, _LONGEST_NAME))
    arn = _put_rule(events, own, properties)
    bus = _bus(properties).get("EventBusName", "default").rpartition("/")[2]
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
    ref = own if bus == "default" else f"{bus}|{own}"
    physical = PhysicalResource(ref, {"Arn": arn, "RuleName": own})
    with finishing(physical):
        _put_targets(events, own, properties)
    return physical


def _update_rule(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    events, own = context.client("events"), physical.attributes["RuleName"]
    _put_rule(events, own, after)
    _retag(events, physical, before, after)
    if "Targets" in changed(before, after):
        kept = {text(each["Id"]) for each in after.get("Targets", [])}
        _remove_targets(events, own, before, {text(each["Id"]) for each in before.get("Targets", [])} - kept)
        _put_targets(events, own, after)
    return physical


def _delete_rule(context: Context, physical: PhysicalResource, properties: Properties) -> None:
    events, own = context.client("events"), physical.attributes["RuleName"]
    _remove_targets(events, own, properties, {text(each["Id"]) for each in properties.get("Targets", [])})
    events.delete_rule(Name=own, **_bus(properties))


def _put_rule(events: Any, name: str, properties: Properties) -> str:
    given = only(properties, _OF_RULE)
    if "EventPattern" in properties:
        given["EventPattern"] = policy_json(properties["EventPattern"])
    return str(call(events, "PutRule", {**given, "Name": name}, _RULE)["RuleArn"])


def _put_targets(events: Any, rule: str, properties: Properties) -> None:
    if targets := properties.get("Targets"):
        call(events, "PutTargets", {"Rule": rule, "Targets": targets, **_bus(properties)}, _RULE)


def _remove_targets(events: Any, rule: str, properties: Properties, ids: set[str]) -> None:
    if ids:
        events.remove_targets(Rule=rule, Ids=sorted(ids), **_bus(properties))


def _retag(events: Any, physical: PhysicalResource, before: Properties, after: Properties) -> None:
    arn = physical.attributes["Arn"]
    retag(
        before,
        after,
        lambda gone: events.untag_resource(ResourceARN=arn, TagKeys=gone),
        lambda tags: events.tag_resource(ResourceARN=arn, Tags=tags),
    )


def _bus(properties: Properties) -> dict[str, str]:
    return {"EventBusName": text(properties["EventBusName"])} if "EventBusName" in properties else {}


def _create_bus(context: Context, _name: str, properties: Properties) -> PhysicalResource:
    given = only(properties, _OF_BUS)
    arn = call(context.client("events"), "CreateEventBus", given, _BUS)["EventBusArn"]
    name = text(properties["Name"])
    return PhysicalResource(name, {"Arn": arn, "Name": name})


def _update_bus(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    differing = changed(before, after)
    # moto has no UpdateEventBus.
    for name in ("Description", "EventSourceName"):
        if name in differing:
            raise TemplateError(f"{_BUS}.{name} cannot be changed here.")
    _retag(context.client("events"), physical, before, after)
    return physical


def _delete_bus(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("events").delete_event_bus(Name=physical.ref)


RULE = Provider(
    _create_rule,
    _update_rule,
    _delete_rule,
    replaced_by=frozenset({"EventBusName", "Name"}),
    name="Name",
    schema={"EventBusName?": TEXT, "Name?": TEXT, "Tags?": TAGS, "Targets?": [{"Arn": TEXT, "Id": TEXT}]},
    prepare=checked(_RULE),
    note="No schedule comes due here and no service sends an event.",
)
EVENT_BUS = Provider(
    _create_bus,
    _update_bus,
    _delete_bus,
    replaced_by=frozenset({"Name"}),
    name="Name",
    schema={"Name": TEXT, "Tags?": TAGS},
    effective=frozenset(_OF_BUS),
    prepare=checked(_BUS),
)
