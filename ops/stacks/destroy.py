"""Deletion of stacks in the opposite order, with what is in their buckets and repositories; says what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from ops.stacks import changes, contents
from ops.stacks.events import StackEventFollower, first_cause, follow
from ops.stacks.listing import Listed

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef


@dataclass(frozen=True)
class Doomed:
    """A stack that is to be deleted: what has to be emptied before, and what outlives it."""

    name: str
    arn: str
    exports: tuple[str, ...]
    resources: int
    to_empty: tuple[tuple[str, str], ...]  # (resource type, physical id)
    protected: tuple[str, ...]  # load balancers that may refuse, by ARN
    kept: tuple[contents.Kept, ...]

    def facts(self) -> dict[str, Any]:
        return {
            "stack": self.name,
            "resources": self.resources,
            "empties": [name for _, name in self.to_empty],
            "keeps": [kept.facts() for kept in self.kept],
        }


class Destruction:
    """`timeout` is in seconds, for each stack."""

    def __init__(self, target: Target, out: Terminal, timeout: float) -> None:
        self._target = target
        self._cloudformation = target.cloudformation
        self._out = out
        self._timeout = timeout

    def plan(self, stacks: Sequence[Listed]) -> list[Doomed]:
        """Plan of these stacks' deletion, in the order in which it goes. Raises Failure (FAILED)."""
        found = []
        for stack in reversed(stacks):
            there = changes.described(self._cloudformation, stack.name)
            if there is None:
                continue
            if there["StackStatus"].endswith("_IN_PROGRESS") and there["StackStatus"] != changes.REVIEWED:
                changes.refuse_unready(self._target, there)
            found.append(self._doomed(stack, there))
        self._refuse_while_imported(found)
        return found

    def _doomed(self, stack: Listed, there: StackTypeDef) -> Doomed:
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack.name)
        made = [
            each
            for page in pages
            for each in page["StackResourceSummaries"]
            if each.get("PhysicalResourceId") and each["ResourceStatus"] != "DELETE_COMPLETE"
        ]
        going = [each for each in made if not stack.is_kept(each["LogicalResourceId"])]
        return Doomed(
            stack.name,
            there["StackId"],
            tuple(each["ExportName"] for each in there.get("Outputs", []) if "ExportName" in each),
            len(going),
            tuple(
                (each["ResourceType"], each["PhysicalResourceId"])
                for each in going
                if each["ResourceType"] in contents.EMPTIED
            ),
            tuple(
                each["PhysicalResourceId"]
                for each in going
                if each["ResourceType"] == "AWS::ElasticLoadBalancingV2::LoadBalancer"
            ),
            tuple(
                contents.kept(self._target, each["ResourceType"], each["PhysicalResourceId"])
                for each in made
                if stack.is_kept(each["LogicalResourceId"])
            ),
        )

    def _refuse_while_imported(self, doomed: Sequence[Doomed]) -> None:
        going = {stack.name for stack in doomed}
        for stack in doomed:
            for export in stack.exports:
                if users := set(self._importers(export)) - going:
                    raise Failure(
                        Outcome.FAILED,
                        f"{', '.join(sorted(users))} still uses {export} of {stack.name}, and is not among what goes. "
                        "Delete it first.",
                    )

    def _importers(self, export: str) -> list[str]:
        try:
            pages = self._cloudformation.get_paginator("list_imports").paginate(ExportName=export)
            return [name for page in pages for name in page.get("Imports", [])]
        except ClientError as error:
            # That nobody imports it is an error to CloudFormation.
            if error.response["Error"]["Code"] == "ValidationError":
                return []
            raise

    def show(self, plan: Sequence[Doomed]) -> None:
        """Say what goes and what stays."""
        for stack in plan:
            self._out.say(f"{stack.name}: {stack.resources} resources go.")
            for kind, name in stack.to_empty:
                self._out.say(f"  - {name} ({kind}) is emptied")
            for kept in stack.kept:
                self._out.say(f"  = {kept.line}")
        if not plan:
            self._out.say("None of the stacks is there.")

    def destroy(self, plan: Sequence[Doomed]) -> None:
        """Raises Failure (FAILED, TIMED_OUT)."""
        for stack in plan:
            for kind, name in stack.to_empty:
                count = contents.empty(self._target.session, kind, name)
                self._out.say(f"{name}: {count} things deleted.")
            for arn in stack.protected:
                self._target.elbv2.modify_load_balancer_attributes(
                    LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}]
                )
            self._delete(stack)
        self._out.say("Deleted.")
        for kept in (kept for stack in plan for kept in stack.kept):
            self._out.say(f"Kept: {kept.line}")

    def _delete(self, stack: Doomed) -> None:
        events = StackEventFollower(self._cloudformation, stack.arn)
        self._cloudformation.delete_stack(StackName=stack.name)
        self._out.say(f"Deleting {stack.name} …")
        see = self._target.aws_cli(f"cloudformation describe-stack-events --stack-name {stack.arn}")
        pause = 2.0 if self._target.on_aws else 0.3
        status, happened = follow(events, stack.name, self._out, self._timeout, pause, see)
        if status != "DELETE_COMPLETE":
            cause = first_cause(happened)
            where = cause.get("LogicalResourceId", "the stack") if cause else "the stack"
            reason = cause.get("ResourceStatusReason") if cause else None
            raise Failure(
                Outcome.FAILED,
                f"{stack.name} is {status}. It began with {where}: {reason or 'CloudFormation gives no reason.'}",
                stack=stack.name,
                status=status,
            )
