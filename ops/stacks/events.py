"""Stack events while a stack is changed, and what went wrong first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from ecs_emulator.ops.outcomes import Failure, Outcome, is_missing
from ecs_emulator.ops.terminal import Terminal
from ecs_emulator.ops.waiting import going_on, rounds

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

_STACK = "AWS::CloudFormation::Stack"


class StackEventFollower:
    """The events of one stack from now on."""

    def __init__(self, cloudformation: CloudFormationClient, stack: str) -> None:
        self._cloudformation = cloudformation
        self._stack = stack  # its ARN, by which a deleted one is still known; its name before it has one
        self._seen: set[str] = set()
        self.new()

    def new(self) -> list[StackEventTypeDef]:
        """New events since this was asked last, oldest first."""
        found: list[StackEventTypeDef] = []
        token: dict[str, str] = {}
        while True:
            try:
                page = self._cloudformation.describe_stack_events(StackName=self._stack, **token)
            except ClientError as error:
                if is_missing(error):  # not made yet
                    return []
                raise
            fresh = [event for event in page["StackEvents"] if event["EventId"] not in self._seen]
            found += fresh
            # Newest come first: a page with known ones is the last that matters.
            if len(fresh) < len(page["StackEvents"]) or not page.get("NextToken"):
                break
            token = {"NextToken": page["NextToken"]}
        self._seen |= {event["EventId"] for event in found}
        return found[::-1]


def follow(
    events: StackEventFollower, stack: str, out: Terminal, timeout: float, pause: float, see: str
) -> tuple[str, list[StackEventTypeDef]]:
    """Say what happens until the stack is ready; its status, and all events. Raises Failure (TIMED_OUT)."""
    happened: list[StackEventTypeDef] = []
    with going_on(out, f"CloudFormation goes on with {stack}. See `{see}`."):
        for _ in rounds(timeout, pause):
            for event in events.new():
                happened.append(event)
                out.say(line(event))
            if happened and (status := end(happened)):
                return status, happened
    raise Failure(
        Outcome.TIMED_OUT,
        f"{stack} is not ready after {timeout:.0f} s; CloudFormation goes on. See `{see}`.",
        stack=stack,
    )


def end(happened: Sequence[StackEventTypeDef]) -> str:
    """The status in which a stack has come to rest; empty while it has not."""
    last = [event["ResourceStatus"] for event in happened if _is_of_stack(event)][-1:]
    return last[0] if last and not last[0].endswith("_IN_PROGRESS") else ""


def line(event: StackEventTypeDef) -> str:
    """A line for people."""
    reason = event.get("ResourceStatusReason", "")
    why = f"  {reason}" if reason and not event["ResourceStatus"].endswith("_IN_PROGRESS") else ""
    return f"  {event['Timestamp']:%H:%M:%S}  {event['ResourceStatus']:<24} {event['LogicalResourceId']}{why}"


def first_cause(happened: Sequence[StackEventTypeDef]) -> StackEventTypeDef | None:
    """The first failure that is not the mere consequence of another, or what the stack itself failed of: an export that
    is in use is no resource.
    """
    failures = [event for event in happened if event["ResourceStatus"].endswith("_FAILED")]
    causes = [event for event in failures if "cancelled" not in event.get("ResourceStatusReason", "").lower()]
    of_stack = [
        each for each in happened if each["ResourceStatus"].endswith("ROLLBACK_IN_PROGRESS") and _has_reason(each)
    ]
    return next(iter(causes or failures or of_stack), None)


def _has_reason(event: StackEventTypeDef) -> bool:
    return bool(event.get("ResourceStatusReason")) and _is_of_stack(event)


def _is_of_stack(event: StackEventTypeDef) -> bool:
    return event.get("ResourceType") == _STACK and event.get("PhysicalResourceId") == event.get("StackId")
