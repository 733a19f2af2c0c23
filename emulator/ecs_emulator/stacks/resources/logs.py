"""CloudWatch log groups."""

from __future__ import annotations

from ecs_emulator.stacks.resources.coercion import call
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
from ecs_emulator.stacks.resources.stubs import check_names
from ecs_emulator.stacks.schema import TEXT
from ecs_emulator.stacks.templates import TemplateError

_EFFECTIVE = frozenset({"KmsKeyId", "LogGroupClass", "LogGroupName", "RetentionInDays", "Tags"})


def _create(context: Context, name: str, properties: Properties) -> PhysicalResource:
    check_names("AWS::Logs::LogGroup", properties)
    logs = context.client("logs")
    request = {"LogGroupName": name, **{each: properties[each] for each in properties.keys() & _EFFECTIVE}}
    days = request.pop("RetentionInDays", None)
    if "Tags" in request:
        request["Tags"] = {tag["Key"]: tag["Value"] for tag in request["Tags"]}
    call(logs, "CreateLogGroup", request)
    name = request["LogGroupName"]
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    physical = PhysicalResource(name, {"Arn": next(group["arn"] for group in groups if group["logGroupName"] == name)})
    if days:
        with finishing(physical):
            call(logs, "PutRetentionPolicy", {"LogGroupName": name, "RetentionInDays": days})
    return physical


def _update(context: Context, physical: PhysicalResource, before: Properties, after: Properties) -> PhysicalResource:
    logs = context.client("logs")
    if unknown := changed(before, after) & _EFFECTIVE - {"RetentionInDays", "Tags"}:
        raise TemplateError(f"AWS::Logs::LogGroup.{min(unknown)} cannot be changed here.")
    arn = physical.attributes["Arn"].removesuffix(":*")
    retag(
        before,
        after,
        lambda gone: logs.untag_resource(resourceArn=arn, tagKeys=gone),
        lambda tags: logs.tag_resource(resourceArn=arn, tags={tag["Key"]: tag["Value"] for tag in tags}),
    )
    if days := after.get("RetentionInDays"):
        call(logs, "PutRetentionPolicy", {"LogGroupName": physical.ref, "RetentionInDays": days})
    elif "RetentionInDays" in before:
        logs.delete_retention_policy(logGroupName=physical.ref)
    return physical


def _delete(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("logs").delete_log_group(logGroupName=physical.ref)


LOG_GROUP = Provider(
    _create,
    _update,
    _delete,
    effective=_EFFECTIVE,
    replaced_by=frozenset({"LogGroupName"}),
    name="LogGroupName",
    schema={"LogGroupName?": TEXT, "Tags?": TAGS},
)
