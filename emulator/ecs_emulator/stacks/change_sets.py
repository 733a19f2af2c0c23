"""Change sets: what an operation would change, kept until somebody executes it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.local import ACCOUNT
from ecs_emulator.stacks import serializers
from ecs_emulator.stacks.requested import by_name, requested
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.state import ChangeSet, DesiredState, Stack
from ecs_emulator.stacks.templates import TemplateError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import (
        CreateChangeSetInputTypeDef,
        DeleteChangeSetInputTypeDef,
        DescribeChangeSetHooksInputTypeDef,
        DescribeChangeSetInputTypeDef,
        DescribeEventsInputTypeDef,
        ExecuteChangeSetInputTypeDef,
        GetTemplateInputTypeDef,
        ListChangeSetsInputTypeDef,
    )

    from ecs_emulator.cloud.service import Answer

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."

_ENDED = ("EXECUTE_COMPLETE", "EXECUTE_FAILED")
_MOMENT = 0.5  # seconds


def create(stacks: Stacks, given: CreateChangeSetInputTypeDef) -> Answer:
    stack, name = stacks.named(given["StackName"]), given["ChangeSetName"]
    is_new = given.get("ChangeSetType") == "CREATE"
    if is_new and stack and stack.status != "REVIEW_IN_PROGRESS":
        message = f"Stack [{stack.name}] already exists and cannot be created again with the changeSet [{name}]."
        raise AwsError("ValidationError", message)
    if not is_new and (stack is None or stack.stable_state is None):
        raise AwsError("ValidationError", f"Stack [{given['StackName']}] does not exist")
    desired = requested(stacks, given, stack)
    stack = stack or stacks.review(given["StackName"])
    same = next((each for each in stack.change_sets.values() if each.name == name), None)
    if same and same.execution_status not in _ENDED:
        raise AwsError("AlreadyExistsException", f"ChangeSet [{name}] already exists")
    change_set = _prepared(stacks, stack, name, desired, given)
    if same:
        del stack.change_sets[same.id]
    stack.change_sets[change_set.id] = change_set
    return {"Id": change_set.id, "StackId": stack.id}


def _prepared(
    stacks: Stacks, stack: Stack, name: str, desired: DesiredState, given: CreateChangeSetInputTypeDef
) -> ChangeSet:
    plan, status, reason = None, "CREATE_COMPLETE", None
    try:
        plan = stacks.plan(stack, desired)
    except TemplateError as error:
        status, reason = "FAILED", str(error)
    if plan and plan.is_empty and stack.stable_state:
        status, reason = "FAILED", NO_CHANGES
    own_id = f"arn:aws:cloudformation:{stacks.region}:{ACCOUNT}:changeSet/{name}/{uuid4()}"
    execution = "AVAILABLE" if status == "CREATE_COMPLETE" else "UNAVAILABLE"
    rolls_back = given.get("OnStackFailure", "ROLLBACK") != "DO_NOTHING"
    return ChangeSet(
        name, own_id, stack, desired, plan, status, reason, rolls_back, given.get("Description"), execution
    )


def describe(stacks: Stacks, given: DescribeChangeSetInputTypeDef) -> Answer:
    found = named(stacks, given)
    return {
        **_summary(found),
        "Parameters": serializers.parameters(found.desired_state),
        "NotificationARNs": [],
        "RollbackConfiguration": {},
        "Capabilities": list(found.desired_state.capabilities),
        "Tags": [dict(tag) for tag in found.desired_state.tags],
        "Changes": [serializers.change(each) for each in found.plan.changes] if found.plan else [],
    }


def execute(stacks: Stacks, given: ExecuteChangeSetInputTypeDef) -> Answer:
    """Those that are left were made for a stack that is no more: they are gone, and this one tells how it went.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
    """
    found = named(stacks, given)
    if found.execution_status != "AVAILABLE":
        is_made = found.status == "CREATE_COMPLETE"
        which = f"execution status of [{found.execution_status}]" if is_made else f"status of [{found.status}]"
        raise AwsError("InvalidChangeSetStatus", f"ChangeSet [{found.id}] cannot be executed in its current {which}")
    rolls_back = found.rolls_back and not given.get("DisableRollback")
    begin(stacks, found.stack.id, found.desired_state, rolls_back=rolls_back, change_set=found)
    return {}


def begin(
    stacks: Stacks, name: str, desired: DesiredState, *, rolls_back: bool = True, change_set: ChangeSet | None = None
) -> Stack:
    """Begin an operation on a stack, that of a change set where there is one, in its own thread. Raises AwsError.

    What is done in a moment is done when this returns: the AWS CLI looks at once, and then after 30 s.
    """
    try:
        stack = stacks.begin(name, desired, rolls_back=rolls_back)
    except TemplateError as error:
        raise AwsError("ValidationError", str(error)) from error
    if change_set:
        change_set.execution_status = "EXECUTE_IN_PROGRESS"
        stack.change_set = change_set.id
        stack.change_sets = {change_set.id: change_set}
    stacks.background.start(lambda: _work(stacks, stack, desired, change_set)).join(_MOMENT)
    return stack


def _work(stacks: Stacks, stack: Stack, desired: DesiredState, change_set: ChangeSet | None) -> None:
    stacks.work(stack, desired)
    if change_set:
        went_well = stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        change_set.execution_status = "EXECUTE_COMPLETE" if went_well else "EXECUTE_FAILED"


def delete(stacks: Stacks, given: DeleteChangeSetInputTypeDef) -> Answer:
    """One that is not there is deleted already: the API knows no such error of this operation.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteChangeSet.html
    """
    try:
        found = named(stacks, given)
    except AwsError as error:
        if error.code == "ChangeSetNotFound":
            return {}
        raise
    if found.execution_status == "EXECUTE_IN_PROGRESS":
        message = f"ChangeSet [{found.id}] cannot be deleted in its current execution status of [EXECUTE_IN_PROGRESS]"
        raise AwsError("InvalidChangeSetStatus", message)
    del found.stack.change_sets[found.id]
    return {}


def listed(stacks: Stacks, given: ListChangeSetsInputTypeDef) -> Answer:
    """Those that are active; one that was executed is found by its name.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListChangeSets.html
    """
    found = by_name(stacks, given["StackName"]).change_sets.values()
    return {"Summaries": [_summary(each) for each in found if each.execution_status not in _ENDED]}


def named(
    stacks: Stacks,
    given: DescribeChangeSetInputTypeDef
    | ExecuteChangeSetInputTypeDef
    | DeleteChangeSetInputTypeDef
    | DescribeChangeSetHooksInputTypeDef
    | DescribeEventsInputTypeDef
    | GetTemplateInputTypeDef,
) -> ChangeSet:
    """The change set that a call names. Raises AwsError."""
    name = given.get("ChangeSetName", "")
    of = [by_name(stacks, given["StackName"])] if "StackName" in given else stacks.all()
    for stack in of:
        for change_set in stack.change_sets.values():
            if name == change_set.id or ("StackName" in given and name == change_set.name):
                return change_set
    raise AwsError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)


def _summary(change_set: ChangeSet) -> Answer:
    return serializers.without_none(
        {
            "StackId": change_set.stack.id,
            "StackName": change_set.stack.name,
            "ChangeSetId": change_set.id,
            "ChangeSetName": change_set.name,
            "ExecutionStatus": change_set.execution_status,
            "Status": change_set.status,
            "StatusReason": change_set.reason,
            "CreationTime": change_set.created,
            "Description": change_set.description,
            "IncludeNestedStacks": False,
        }
    )
