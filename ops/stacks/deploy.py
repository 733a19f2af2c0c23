"""Deployment of stacks one after the other, each by a change set that is shown first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ecs_emulator.ops import tasks
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from ops.stacks import changes, images, listing
from ops.stacks.changes import PlannedChange, PreparedChangeSet
from ops.stacks.events import StackEventFollower, first_cause, follow
from ops.stacks.listing import Listed, Setting

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


class StackDeployment:
    """`timeout` is in seconds, for each stack."""

    def __init__(self, target: Target, out: Terminal, timeout: float, dry_run: bool) -> None:
        self._target = target
        self._cloudformation = target.cloudformation
        self._out = out
        self._timeout = timeout
        self._dry_run = dry_run

    def deploy(self, stacks: Sequence[Listed], said: Sequence[Setting]) -> list[dict[str, Any]]:
        """Deployment of each stack, told. Raises Failure (FAILED, ROLLED_BACK, TIMED_OUT) at the first that fails."""
        return [self._one(stack, said) for stack in stacks]

    def _one(self, stack: Listed, said: Sequence[Setting]) -> dict[str, Any]:
        before = changes.existing(self._cloudformation, stack.name)
        if before:
            changes.refuse_unready(self._target, before)
        elif self._dry_run:
            return self._imagined(stack)
        previous = [each["ParameterKey"] for each in before.get("Parameters", [])] if before else []
        parameters = listing.parameters(stack, said, previous)
        prepared = changes.prepare(self._cloudformation, stack, parameters, is_new=before is None)
        if prepared is None:
            self._out.say(f"{stack.name}: nothing changes.")
            return _facts(stack, "unchanged", ())
        self._show(stack, prepared.changes)
        try:
            for line in images.refuse_old_image(self._target, prepared, listing.given(stack, said)):
                self._out.say(line)
        except BaseException:
            self._discard(prepared)
            raise
        if self._dry_run:
            self._discard(prepared)
            return _facts(stack, "would be updated", prepared.changes)
        self._execute(stack, prepared, before)
        return _facts(stack, "updated" if before else "created", prepared.changes)

    def _imagined(self, stack: Listed) -> dict[str, Any]:
        """What a stack that is not there would make, as far as its template tells: its conditions are not decided."""
        made = tuple(PlannedChange("Add", name, each["Type"]) for name, each in stack.resources.items())
        self._show(stack, made)
        return _facts(stack, "would be created", made)

    def _show(self, stack: Listed, made: Sequence[PlannedChange]) -> None:
        self._out.say(f"{stack.name}:")
        for change in made:
            self._out.say(change.line)

    def _discard(self, prepared: PreparedChangeSet) -> None:
        changes.discard(self._cloudformation, prepared.arn, prepared.stack, prepared.is_new)

    def _execute(self, stack: Listed, prepared: PreparedChangeSet, before: Mapping[str, Any] | None) -> None:
        events = StackEventFollower(self._cloudformation, str(before["StackId"]) if before else stack.name)
        self._cloudformation.execute_change_set(ChangeSetName=prepared.arn, StackName=stack.name)
        see = self._target.aws_cli(f"cloudformation describe-stack-events --stack-name {stack.name}")
        pause = 2.0 if self._target.on_aws else 0.3
        status, happened = follow(events, stack.name, self._out, self._timeout, pause, see)
        if status not in DONE:
            raise self._failure(stack, status, happened)

    def _failure(self, stack: Listed, status: str, happened: Sequence[StackEventTypeDef]) -> Failure:
        cause = first_cause(happened)
        said = f"{stack.name} is {status}."
        facts: dict[str, Any] = {"stack": stack.name, "status": status}
        if cause:
            reason = cause.get("ResourceStatusReason", "CloudFormation gives no reason.")
            said += f" It began with {cause['LogicalResourceId']} ({cause['ResourceType']}): {reason}"
            facts |= {"resource": cause["LogicalResourceId"], "reason": reason}
            if cause["ResourceType"] == "AWS::ECS::Service" and (dead := self._deaths(cause, happened)):
                told = tasks.Reasons()
                said = "\n".join([said, *(line for death in dead for line in told.lines(death))])
                facts |= {"deaths": [death.facts() for death in dead]}
        rolled_back = status.endswith("ROLLBACK_COMPLETE")
        return Failure(Outcome.ROLLED_BACK if rolled_back else Outcome.FAILED, said, **facts)

    def _deaths(self, cause: StackEventTypeDef, happened: Sequence[StackEventTypeDef]) -> list[tasks.Death]:
        """The tasks of the new revision that died; the service itself may be gone with its stack."""
        made = [
            str(event.get("PhysicalResourceId", ""))
            for event in happened
            if event["ResourceType"] == "AWS::ECS::TaskDefinition" and event["ResourceStatus"].endswith("_COMPLETE")
        ]
        service = str(cause.get("PhysicalResourceId", ""))
        if not made or service.count("/") < 2:
            return []
        return tasks.deaths(self._target, images.named(service), made[0], most=3)


def _facts(stack: Listed, did: str, made: Sequence[PlannedChange]) -> dict[str, Any]:
    return {"stack": stack.name, "did": did, "changes": [change.facts() for change in made]}


def outputs(target: Target, stacks: Sequence[Listed]) -> dict[str, str]:
    """The outputs of all stacks that are there. Of those with one name, that of the stack that was listed first."""
    found: dict[str, str] = {}
    for stack in reversed(stacks):
        if description := changes.existing(target.cloudformation, stack.name):
            found |= {each["OutputKey"]: each["OutputValue"] for each in description.get("Outputs", [])}
    return found
