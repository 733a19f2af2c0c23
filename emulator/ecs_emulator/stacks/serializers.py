"""Serializers of stacks, as CloudFormation's API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ecs_emulator.stacks.documents import Document
from ecs_emulator.stacks.drift_results import ResourceDrift
from ecs_emulator.stacks.plan import Detail, ResourceChange
from ecs_emulator.stacks.state import DesiredState, Resource, Stack, StackEvent

if TYPE_CHECKING:
    from ecs_emulator.cloud.service import Answer


def without_none(shape: Mapping[str, Any]) -> Answer:
    return {name: value for name, value in shape.items() if value is not None}


def stack(stack: Stack) -> Answer:
    """A `Stack`."""
    desired = stack.stable_state or stack.desired_state
    return without_none(
        {
            "StackId": stack.id,
            "StackName": stack.name,
            "ChangeSetId": stack.change_set,
            "Description": desired.document.get("Description") if desired else None,
            "Parameters": parameters(desired) if desired else [],
            "CreationTime": stack.created,
            "LastUpdatedTime": stack.updated,
            "DeletionTime": stack.deleted,
            "RollbackConfiguration": {},
            "StackStatus": stack.status,
            "StackStatusReason": stack.reason,
            "DisableRollback": not stack.rolls_back,
            "NotificationARNs": [],
            "Capabilities": list(desired.capabilities) if desired else [],
            "Outputs": [
                without_none(
                    {
                        "OutputKey": output.name,
                        "OutputValue": output.value,
                        "Description": output.description,
                        "ExportName": output.export,
                    }
                )
                for output in stack.outputs
            ],
            "Tags": [dict(tag) for tag in desired.tags] if desired else [],
            "EnableTerminationProtection": stack.protected,
            "DriftInformation": _drift(stack),
        }
    )


def summary(stack: Stack) -> Answer:
    """A `StackSummary`."""
    desired = stack.stable_state or stack.desired_state
    return without_none(
        {
            "StackId": stack.id,
            "StackName": stack.name,
            "TemplateDescription": desired.document.get("Description") if desired else None,
            "CreationTime": stack.created,
            "LastUpdatedTime": stack.updated,
            "DeletionTime": stack.deleted,
            "StackStatus": stack.status,
            "StackStatusReason": stack.reason,
            "DriftInformation": _drift(stack),
        }
    )


def parameters(desired: DesiredState) -> list[dict[str, str]]:
    """`Parameter`s; what is not to be seen is masked, what SSM said is told beside its name."""
    shown = []
    for name, spec in desired.document.get("Parameters", {}).items():
        value = desired.given.get(name, spec.get("Default", ""))
        shape = {"ParameterKey": name, "ParameterValue": "****" if _is_secret(spec) else _text(value)}
        if spec["Type"].startswith("AWS::SSM::Parameter::Value"):
            shape["ResolvedValue"] = _text(desired.values[name])
        shown.append(shape)
    return shown


def declaration(name: str, spec: Document) -> Answer:
    """A `ParameterDeclaration`."""
    allowed = [_text(value) for value in spec.get("AllowedValues", [])]
    return without_none(
        {
            "ParameterKey": name,
            "DefaultValue": _text(spec["Default"]) if "Default" in spec else None,
            "ParameterType": spec["Type"],
            "NoEcho": _is_secret(spec),
            "Description": spec.get("Description"),
            "ParameterConstraints": {"AllowedValues": allowed} if allowed else {},
        }
    )


def event(stack: Stack, event: StackEvent, operation_id: str) -> Answer:
    """A `StackEvent`."""
    return without_none(
        {
            "StackId": stack.id,
            "EventId": event.id,
            "StackName": stack.name,
            "OperationId": operation_id,
            "LogicalResourceId": event.logical_id,
            "PhysicalResourceId": event.physical_id,
            "ResourceType": event.type,
            "Timestamp": event.time,
            "ResourceStatus": event.status,
            "ResourceStatusReason": event.reason,
            "ResourceProperties": event.properties,
        }
    )


def _drift(stack: Stack) -> Answer:
    """A `StackDriftInformation`."""
    if not stack.detections:
        return {"StackDriftStatus": "NOT_CHECKED"}
    last = stack.detections[-1]
    return {"StackDriftStatus": last.status, "LastCheckTimestamp": last.at}


def resource(resource: Resource, time: str, drift: ResourceDrift | None = None) -> Answer:
    """A `StackResource`, `StackResourceDetail` or `StackResourceSummary`; `time` is what it calls its time."""
    return without_none(
        {
            "LogicalResourceId": resource.logical_id,
            "PhysicalResourceId": resource.physical_id or None,
            "ResourceType": resource.type,
            time: resource.updated,
            "ResourceStatus": resource.status,
            "ResourceStatusReason": resource.reason,
            "DriftInformation": {
                "StackResourceDriftStatus": drift.status if drift else "NOT_CHECKED",
                **({"LastCheckTimestamp": drift.at} if drift and drift.is_checked else {}),
            },
        }
    )


def change(change: ResourceChange) -> Answer:
    """A `Change`."""
    shape = {
        "Action": change.action,
        "LogicalResourceId": change.logical_id,
        "PhysicalResourceId": change.physical_id,
        "ResourceType": change.type,
        "Replacement": change.replacement,
        "Scope": change.scope,
        "Details": [_detail(each) for each in change.details],
    }
    return {"Type": "Resource", "ResourceChange": without_none(shape)}


def _detail(detail: Detail) -> Answer:
    target = {"Attribute": detail.attribute, "Name": detail.name, "RequiresRecreation": detail.recreation}
    return without_none(
        {
            "Target": without_none(target),
            "Evaluation": "Static" if detail.is_static else "Dynamic",
            "ChangeSource": detail.source,
            "CausingEntity": detail.cause,
        }
    )


def _is_secret(spec: Document) -> bool:
    return str(spec.get("NoEcho", False)).lower() == "true"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
