"""CloudFormation API.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.stacks import change_sets, drift, exports, operation_events, serializers, template_validation
from ecs_emulator.stacks.paging import paged
from ecs_emulator.stacks.requested import by_name, capabilities, parsed, requested, template_text
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.state import DesiredState, Stack
from ecs_emulator.stacks.templates import Document, TemplateError
from ecs_emulator.stacks.values import as_list

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import (
        CreateStackInputTypeDef,
        DeleteStackInputTypeDef,
        DescribeStackEventsInputTypeDef,
        DescribeStackResourceInputTypeDef,
        DescribeStackResourcesInputTypeDef,
        DescribeStacksInputTypeDef,
        GetTemplateInputTypeDef,
        GetTemplateSummaryInputTypeDef,
        ListExportsInputTypeDef,
        ListImportsInputTypeDef,
        ListStackResourcesInputTypeDef,
        ListStacksInputTypeDef,
        UpdateStackInputTypeDef,
        UpdateTerminationProtectionInputTypeDef,
        ValidateTemplateInputTypeDef,
    )

    from ecs_emulator.cloud.service import Answer, OwnerOperations


def _create_stack(stacks: Stacks, given: CreateStackInputTypeDef) -> Answer:
    if (found := stacks.named(given["StackName"])) and found.is_there:
        raise AwsError("AlreadyExistsException", f"Stack [{given['StackName']}] already exists")
    desired = requested(stacks, given, None)
    rolls_back = not given.get("DisableRollback") and given.get("OnFailure", "ROLLBACK") != "DO_NOTHING"
    stack = change_sets.begin(stacks, given["StackName"], desired, rolls_back=rolls_back)
    stack.protected = bool(given.get("EnableTerminationProtection"))
    return {"StackId": stack.id}


def _update_stack(stacks: Stacks, given: UpdateStackInputTypeDef) -> Answer:
    stack = by_name(stacks, given["StackName"])
    if stack.status == "REVIEW_IN_PROGRESS":
        message = f"Stack:{stack.id} is in REVIEW_IN_PROGRESS state and can not be updated."
        raise AwsError("ValidationError", message)
    desired = requested(stacks, given, stack)
    rolls_back = not given.get("DisableRollback")
    return {"StackId": change_sets.begin(stacks, stack.id, desired, rolls_back=rolls_back).id}


def _delete_stack(stacks: Stacks, given: DeleteStackInputTypeDef) -> Answer:
    try:
        stack = stacks.begin_delete(given["StackName"])
    except TemplateError as error:
        raise AwsError("ValidationError", str(error)) from error
    if stack:
        stacks.background.start(lambda: stacks.work_delete(stack, given.get("RetainResources", [])))
    return {}


def _protect(stacks: Stacks, given: UpdateTerminationProtectionInputTypeDef) -> Answer:
    stack = by_name(stacks, given["StackName"])
    stack.protected = bool(given["EnableTerminationProtection"])
    return {"StackId": stack.id}


def _describe_stacks(stacks: Stacks, given: DescribeStacksInputTypeDef) -> Answer:
    found = [by_name(stacks, given["StackName"])] if "StackName" in given else stacks.all()
    return {"Stacks": [serializers.stack(stack) for stack in found]}


def _list_stacks(stacks: Stacks, given: ListStacksInputTypeDef) -> Answer:
    statuses = given.get("StackStatusFilter")
    return {
        "StackSummaries": [
            serializers.summary(stack) for stack in stacks.ever() if not statuses or stack.status in statuses
        ]
    }


def _describe_events(stacks: Stacks, given: DescribeStackEventsInputTypeDef) -> Answer:
    stack = by_name(stacks, given["StackName"])
    ids = operation_events.operation_ids(stack)
    events = [event for event in reversed(list(stack.events)) if event.id in ids]
    return {"StackEvents": [serializers.event(stack, event, ids[event.id]) for event in events]}


def _describe_resource(stacks: Stacks, given: DescribeStackResourceInputTypeDef) -> Answer:
    stack, name = by_name(stacks, given["StackName"]), given["LogicalResourceId"]
    resource = stack.resources.get(name)
    if resource is None:
        raise AwsError("ValidationError", f"Resource {name} does not exist for stack {stack.name}")
    shape = serializers.resource(resource, "LastUpdatedTimestamp", stack.drifts.get(name))
    metadata = json.dumps(resource.written.get("Metadata", {}))
    return {"StackResourceDetail": {"StackName": stack.name, "StackId": stack.id, "Metadata": metadata, **shape}}


def _describe_resources(stacks: Stacks, given: DescribeStackResourcesInputTypeDef) -> Answer:
    if "PhysicalResourceId" in given:
        physical_id = given["PhysicalResourceId"]
        stack = next((each for each in stacks.all() if _has(each, physical_id)), None)
        if stack is None:
            raise AwsError("ValidationError", f"Stack for {physical_id} does not exist")
    else:
        stack = by_name(stacks, given.get("StackName", ""))
    logical_id = given.get("LogicalResourceId")
    return {
        "StackResources": [
            {
                "StackName": stack.name,
                "StackId": stack.id,
                **serializers.resource(resource, "Timestamp", stack.drifts.get(resource.logical_id)),
            }
            for resource in list(stack.resources.values())
            if logical_id in (None, resource.logical_id)
        ]
    }


def _has(stack: Stack, physical_id: str) -> bool:
    return any(resource.physical_id == physical_id for resource in list(stack.resources.values()))


def _list_resources(stacks: Stacks, given: ListStackResourcesInputTypeDef) -> Answer:
    stack = by_name(stacks, given["StackName"])
    return {
        "StackResourceSummaries": [
            serializers.resource(each, "LastUpdatedTimestamp", stack.drifts.get(each.logical_id))
            for each in list(stack.resources.values())
        ]
    }


def _get_template(stacks: Stacks, given: GetTemplateInputTypeDef) -> Answer:
    desired: DesiredState | None
    if "ChangeSetName" in given:
        desired = change_sets.named(stacks, given).desired_state
    else:
        stack = by_name(stacks, given.get("StackName", ""))
        desired = stack.stable_state or stack.desired_state
    # One in review has no template but that of its change set.
    stages = {"StagesAvailable": ["Original", "Processed"]}
    return {"TemplateBody": desired.text, **stages} if desired else stages


def _validate_template(stacks: Stacks, given: ValidateTemplateInputTypeDef) -> Answer:
    document = parsed(template_text(stacks, given, None))
    template_validation.check(document)
    parameters = [serializers.declaration(name, spec) for name, spec in document.get("Parameters", {}).items()]
    shown = ("ParameterKey", "DefaultValue", "NoEcho", "Description")
    return {
        "Parameters": [{name: each[name] for name in shown if name in each} for each in parameters],
        **_about(document),
    }


def _summarize_template(stacks: Stacks, given: GetTemplateSummaryInputTypeDef) -> Answer:
    if "StackName" in given:
        stack = by_name(stacks, given["StackName"])
        desired = stack.stable_state or stack.desired_state
        document = desired.document if desired else {"Resources": {}}
    else:
        document = parsed(template_text(stacks, given, None))
    return serializers.without_none(
        {
            "Parameters": [
                serializers.declaration(name, spec) for name, spec in document.get("Parameters", {}).items()
            ],
            "ResourceTypes": sorted({resource["Type"] for resource in document["Resources"].values()}),
            "Version": document.get("AWSTemplateFormatVersion"),
            "Metadata": json.dumps(document["Metadata"]) if "Metadata" in document else None,
            **_about(document),
        }
    )


def _about(document: Document) -> Answer:
    needed, types = capabilities(document)
    reason = f"The following resource(s) require capabilities: [{', '.join(types)}]" if needed else None
    return serializers.without_none(
        {
            "Description": document.get("Description"),
            "Capabilities": needed,
            "CapabilitiesReason": reason,
            "DeclaredTransforms": as_list(document.get("Transform", [])),
        }
    )


def _list_exports(stacks: Stacks, _given: ListExportsInputTypeDef) -> Answer:
    exports = [(stack.id, name, value) for stack in stacks.all() for name, value in stack.exports.items()]
    return {"Exports": [{"ExportingStackId": own_id, "Name": name, "Value": value} for own_id, name, value in exports]}


def _list_imports(stacks: Stacks, given: ListImportsInputTypeDef) -> Answer:
    importers = exports.importers(given["ExportName"], stacks.all())
    if not importers:
        raise AwsError("ValidationError", f"Export '{given['ExportName']}' is not imported by any stack.")
    return {"Imports": importers}


OPERATIONS: OwnerOperations[Stacks] = {
    "CreateChangeSet": change_sets.create,
    "CreateStack": _create_stack,
    "DeleteChangeSet": change_sets.delete,
    "DeleteStack": _delete_stack,
    "DescribeChangeSet": change_sets.describe,
    "DescribeStackEvents": paged(_describe_events, "StackEvents"),
    "DescribeStackResource": _describe_resource,
    "DescribeStackResources": _describe_resources,
    "DescribeStacks": paged(_describe_stacks, "Stacks"),
    "ExecuteChangeSet": change_sets.execute,
    "GetTemplate": _get_template,
    "GetTemplateSummary": _summarize_template,
    "ListChangeSets": paged(change_sets.listed, "Summaries"),
    "ListExports": paged(_list_exports, "Exports"),
    "ListImports": paged(_list_imports, "Imports"),
    "ListStackResources": paged(_list_resources, "StackResourceSummaries"),
    "ListStacks": paged(_list_stacks, "StackSummaries"),
    "UpdateStack": _update_stack,
    "UpdateTerminationProtection": _protect,
    "ValidateTemplate": _validate_template,
    **drift.OPERATIONS,
    **operation_events.OPERATIONS,
}
