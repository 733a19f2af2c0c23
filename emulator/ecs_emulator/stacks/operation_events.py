"""Events of a stack by the operation that they belong to, and the results of hooks, of which there are none here.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeEvents.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import NAMESPACE_OID, uuid5

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.stacks import change_sets
from ecs_emulator.stacks.paging import paged
from ecs_emulator.stacks.requested import by_name
from ecs_emulator.stacks.serializers import without_none
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.state import Stack, StackEvent

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import (
        DescribeChangeSetHooksInputTypeDef,
        DescribeEventsInputTypeDef,
        ListHookResultsInputTypeDef,
    )

    from ecs_emulator.cloud.service import Answer, OwnerOperations

_TYPES = {
    "CREATE": "CREATE_STACK",
    "UPDATE": "UPDATE_STACK",
    "DELETE": "DELETE_STACK",
    "REVIEW": "CREATE_CHANGESET",
}
_FAILED = ("FAILED", "ROLLBACK_COMPLETE")


def operation_ids(stack: Stack) -> dict[str, str]:
    """The id of the operation that each event belongs to, by the event's id."""
    return {event.id: _id(begun) for begun, event in _operations(stack)}


def _operations(stack: Stack) -> Iterator[tuple[StackEvent, StackEvent]]:
    """The event with which its operation has begun, and each event."""
    begun: StackEvent | None = None
    for event in list(stack.events):
        if begun is None or (event.physical_id == stack.id and event.reason == "User Initiated"):
            begun = event
        yield begun, event


def _id(begun: StackEvent) -> str:
    return str(uuid5(NAMESPACE_OID, begun.id))


def _describe(stacks: Stacks, given: DescribeEventsInputTypeDef) -> Answer:
    asked = given.get("OperationId")
    if "ChangeSetName" in given:
        found = [change_sets.named(stacks, given).stack]
    elif "StackName" in given:
        found = [by_name(stacks, given["StackName"])]
    elif asked:
        found = stacks.ever()
    else:
        raise AwsError("ValidationError", "One of StackName, ChangeSetName or OperationId must be specified.")
    only_failed = given.get("Filters", {}).get("FailedEvents", False)
    shown = [
        _event(stack, begun, event)
        for stack in found
        for begun, event in reversed([*_operations(stack)])
        if asked in (None, _id(begun))
    ]
    if asked and not shown:
        raise AwsError("ValidationError", f"Operation with id {asked} does not exist")
    return {"OperationEvents": [each for each in shown if not only_failed or each["EventType"] == "PROVISIONING_ERROR"]}


def _event(stack: Stack, begun: StackEvent, event: StackEvent) -> Answer:
    """An `OperationEvent`. Those of the stack tell how the operation stands."""
    is_of_stack = event.physical_id == stack.id
    kind = "STACK_EVENT" if is_of_stack else "PROGRESS_EVENT"
    if not is_of_stack and event.status.endswith("_FAILED"):
        kind = "PROVISIONING_ERROR"
    has_ended = is_of_stack and not event.status.endswith("_IN_PROGRESS")
    standing = ("FAILED" if event.status.endswith(_FAILED) else "SUCCEEDED") if has_ended else "IN_PROGRESS"
    return without_none(
        {
            "EventId": event.id,
            "StackId": stack.id,
            "OperationId": _id(begun),
            "OperationType": _TYPES.get(begun.status.partition("_")[0], "CREATE_STACK"),
            "OperationStatus": standing if is_of_stack else None,
            "EventType": kind,
            "LogicalResourceId": event.logical_id,
            "PhysicalResourceId": event.physical_id or None,
            "ResourceType": event.type,
            "Timestamp": event.time,
            "StartTime": begun.time,
            "EndTime": event.time if has_ended else None,
            # A stack's own statuses are none of a resource.
            "ResourceStatus": None if is_of_stack else event.status,
            "ResourceStatusReason": event.reason,
            "ResourceProperties": event.properties,
        }
    )


def _list_hook_results(stacks: Stacks, given: ListHookResultsInputTypeDef) -> Answer:
    """None, of whatever there is: no hook is registered, and none can be."""
    kind, target = given.get("TargetType"), given.get("TargetId")
    if (kind is None) != (target is None):
        raise AwsError("ValidationError", "TargetType and TargetId must be specified together.")
    if kind == "STACK" and target and stacks.named(target) is None:
        raise AwsError("HookResultNotFound", f"Stack with id {target} does not exist", 404)
    return without_none({"TargetType": kind, "TargetId": target, "HookResults": []})


def _describe_change_set_hooks(stacks: Stacks, given: DescribeChangeSetHooksInputTypeDef) -> Answer:
    found = change_sets.named(stacks, given)
    return {
        "ChangeSetId": found.id,
        "ChangeSetName": found.name,
        "Hooks": [],
        "Status": "PLANNED",
        "StackId": found.stack.id,
        "StackName": found.stack.name,
    }


OPERATIONS: OwnerOperations[Stacks] = {
    "DescribeChangeSetHooks": _describe_change_set_hooks,
    "DescribeEvents": paged(_describe, "OperationEvents"),
    "ListHookResults": _list_hook_results,
}
