"""CloudWatch log groups."""

from __future__ import annotations

from ecs_emulator.stacks.resources.fitting import call
from ecs_emulator.stacks.resources.kind import TAGS, Kind, Made, Place, Properties, changed, finishing, retagged
from ecs_emulator.stacks.schema import TEXT
from ecs_emulator.stacks.templates import TemplateError


def _create(place: Place, name: str, properties: Properties) -> Made:
    logs = place.client("logs")
    wanted = {"LogGroupName": name, **properties}
    days = wanted.pop("RetentionInDays", None)
    if "Tags" in wanted:
        wanted["Tags"] = {tag["Key"]: tag["Value"] for tag in wanted["Tags"]}
    call(logs, "CreateLogGroup", wanted)
    name = wanted["LogGroupName"]
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    made = Made(name, {"Arn": next(group["arn"] for group in groups if group["logGroupName"] == name)})
    if days:
        with finishing(made):
            call(logs, "PutRetentionPolicy", {"LogGroupName": name, "RetentionInDays": days})
    return made


def _update(place: Place, made: Made, before: Properties, after: Properties) -> Made:
    logs = place.client("logs")
    if unknown := changed(before, after) - {"RetentionInDays", "Tags"}:
        raise TemplateError(f"AWS::Logs::LogGroup.{min(unknown)} cannot be changed here.")
    if "Tags" in changed(before, after):
        gone, tags = retagged(before, after)
        logs.untag_resource(resourceArn=made.attributes["Arn"].removesuffix(":*"), tagKeys=gone)
        logs.tag_resource(
            resourceArn=made.attributes["Arn"].removesuffix(":*"), tags={tag["Key"]: tag["Value"] for tag in tags}
        )
    if days := after.get("RetentionInDays"):
        call(logs, "PutRetentionPolicy", {"LogGroupName": made.ref, "RetentionInDays": days})
    elif "RetentionInDays" in before:
        logs.delete_retention_policy(logGroupName=made.ref)
    return made


def _delete(place: Place, made: Made, _properties: Properties) -> None:
    place.client("logs").delete_log_group(logGroupName=made.ref)


LOG_GROUP = Kind(
    _create,
    _update,
    _delete,
    replaced_by=frozenset({"LogGroupName"}),
    name="LogGroupName",
    schema={"LogGroupName?": TEXT, "Tags?": TAGS},
)
