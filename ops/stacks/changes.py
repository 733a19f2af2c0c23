"""Change sets: what a deployment would do to a stack, known before it is done."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from ecs_emulator.ops.outcomes import Failure, Outcome, is_missing
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.waiting import rounds
from ops.stacks.listing import Listed

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import (
        DescribeChangeSetOutputTypeDef,
        ParameterTypeDef,
        ResourceChangeTypeDef,
        StackTypeDef,
    )

_PATIENCE = 300.0  # seconds until a change set is made
_EMPTY = ("didn't contain changes", "No updates are to be performed")
_TO_DELETE_FIRST = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


@dataclass(frozen=True)
class PlannedChange:
    """Change to one resource. `replacement`: True, False or Conditional, as CloudFormation says it."""

    action: str
    id: str
    type: str
    replacement: str = ""
    properties: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        return asdict(self) | {"properties": list(self.properties)}

    @property
    def line(self) -> str:
        """A line for people; what may lose data or addresses has a mark."""
        sign = {"Add": "+", "Remove": "-", "Modify": "~", "Import": "<"}.get(self.action, "?")
        named = f": {', '.join(self.properties)}" if self.properties else ""
        replaced = {"True": "  ! replaced", "Conditional": "  ! may be replaced"}.get(self.replacement, "")
        return f"  {sign} {self.id} ({self.type}){named}{replaced}"


@dataclass(frozen=True)
class PreparedChangeSet:
    """A change set that can be executed, and the parameters as they will be."""

    arn: str
    stack: str
    is_new: bool
    changes: tuple[PlannedChange, ...]
    parameters: Mapping[str, str]


REVIEWED = "REVIEW_IN_PROGRESS"  # what is left of a change set that was never executed


def existing(cloudformation: CloudFormationClient, name: str) -> StackTypeDef | None:
    """The stack as it is; None when it was never made."""
    stack = described(cloudformation, name)
    return None if stack is None or stack["StackStatus"] == REVIEWED else stack


def described(cloudformation: CloudFormationClient, name: str) -> StackTypeDef | None:
    """The stack as it is, also one without any resource yet; None when there is none."""
    try:
        [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if is_missing(error):
            return None
        raise
    return stack


def refuse_unready(target: Target, stack: StackTypeDef) -> None:
    """Raises Failure (FAILED) when a stack cannot be deployed as it is."""
    name, status = stack["StackName"], stack["StackStatus"]
    if status in _TO_DELETE_FIRST:
        raise Failure(
            Outcome.FAILED,
            f"{name} is {status}: it was never made or only half deleted, and has to be deleted before it can be made "
            f"anew: {target.typed(f'destroy {name}')}.",
        )
    if status == "UPDATE_ROLLBACK_FAILED":
        raise Failure(
            Outcome.FAILED,
            f"{name} is {status}. Mend what its last event names, then "
            f"`{target.aws_cli(f'cloudformation continue-update-rollback --stack-name {name}')}`.",
        )
    if status.endswith("_IN_PROGRESS"):
        raise Failure(
            Outcome.FAILED, f"{name} is being changed already ({status}). Wait for its end, then say it again."
        )


def prepare(
    cloudformation: CloudFormationClient, stack: Listed, parameters: Iterable[ParameterTypeDef], is_new: bool
) -> PreparedChangeSet | None:
    """Have CloudFormation work out the changes; None when there are none. Raises Failure (FAILED, TIMED_OUT)."""
    try:
        made = cloudformation.create_change_set(
            StackName=stack.name,
            ChangeSetName=f"mysfits-{uuid.uuid4().hex}",
            ChangeSetType="CREATE" if is_new else "UPDATE",
            TemplateBody=stack.text,
            Parameters=list(parameters),
            Capabilities=cast("Any", stack.capabilities),
        )
    except ClientError as error:
        if any(text in str(error) for text in _EMPTY):
            return None
        raise
    for _ in rounds(_PATIENCE, 1.0):
        description = cloudformation.describe_change_set(ChangeSetName=made["Id"], StackName=stack.name)
        if description["Status"] == "FAILED":
            discard(cloudformation, made["Id"], stack.name, is_new)
            reason = description.get("StatusReason", "CloudFormation gives no reason.")
            if any(text in reason for text in _EMPTY):
                return None
            raise Failure(Outcome.FAILED, f"{stack.name} cannot be deployed: {reason}", stack=stack.name)
        if description["Status"] == "CREATE_COMPLETE":
            return _read(cloudformation, description, stack.name, is_new)
    raise Failure(Outcome.TIMED_OUT, f"The changes of {stack.name} were not worked out in {_PATIENCE:.0f} s.")


def discard(cloudformation: CloudFormationClient, arn: str, stack: str, is_new: bool) -> None:
    """Forget a change set, and the empty stack that one for a new stack leaves behind."""
    cloudformation.delete_change_set(ChangeSetName=arn, StackName=stack)
    if is_new and existing(cloudformation, stack) is None:
        cloudformation.delete_stack(StackName=stack)


def _read(
    cloudformation: CloudFormationClient, description: DescribeChangeSetOutputTypeDef, stack: str, is_new: bool
) -> PreparedChangeSet:
    arn, changes = description["ChangeSetId"], list(description.get("Changes", []))
    parameters = {each["ParameterKey"]: each.get("ParameterValue", "") for each in description.get("Parameters", [])}
    while description.get("NextToken"):
        token = description["NextToken"]
        description = cloudformation.describe_change_set(ChangeSetName=arn, StackName=stack, NextToken=token)
        changes += description.get("Changes", [])
    return PreparedChangeSet(arn, stack, is_new, tuple(_change(each["ResourceChange"]) for each in changes), parameters)


def _change(change: ResourceChangeTypeDef) -> PlannedChange:
    names = [each.get("Target", {}).get("Name") for each in change.get("Details", [])]
    return PlannedChange(
        change["Action"],
        change["LogicalResourceId"],
        change["ResourceType"],
        change.get("Replacement", ""),
        tuple(dict.fromkeys(str(name) for name in names if name)),
    )
