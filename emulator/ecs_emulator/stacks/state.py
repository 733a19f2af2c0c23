"""State of a stack: its resources, outputs, events and change sets, and its status."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ecs_emulator.local import ACCOUNT
from ecs_emulator.stacks.drift_results import Detection, ResourceDrift
from ecs_emulator.stacks.plan import UpdatePlan
from ecs_emulator.stacks.provisioning import StackOutput
from ecs_emulator.stacks.races import warning
from ecs_emulator.stacks.resources.provider import PhysicalResource, Properties
from ecs_emulator.stacks.templates import Document

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import TagTypeDef

STACK_TYPE = "AWS::CloudFormation::Stack"


@dataclass(frozen=True)
class DesiredState:
    """Desired state of a stack: a template with its parameters, as given and as checked.

    `text` is the template as it was sent; `folder` is where its file lies, None for one that was sent.
    """

    document: Document
    text: str
    given: Mapping[str, Any]
    values: Mapping[str, Any]
    folder: Path | None = None
    tags: Sequence[TagTypeDef] = ()
    capabilities: Sequence[str] = ()


@dataclass
class Resource:
    """A resource of a stack, as it is. `generation` counts its replacements."""

    logical_id: str
    type: str
    name: str
    physical: PhysicalResource | None
    properties: Properties
    written: Document  # with its policies and metadata
    generation: int = 1
    status: str = ""
    reason: str | None = None
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def physical_id(self) -> str:
        return self.physical.ref if self.physical else ""

    def is_kept(self, policy: str) -> bool:
        """True when its `DeletionPolicy` or `UpdateReplacePolicy` says so. None of these types knows a snapshot."""
        return str(self.written.get(policy, "Delete")).startswith("Retain")


@dataclass(frozen=True)
class StackEvent:
    """One line of a stack's history."""

    id: str
    time: datetime
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str | None
    properties: str | None


@dataclass
class ChangeSet:
    """One change set of a stack; its plan is None when it could not be made."""

    name: str
    id: str
    stack: Stack
    desired_state: DesiredState
    plan: UpdatePlan | None
    status: str
    reason: str | None
    rolls_back: bool
    description: str | None
    execution_status: str
    created: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Stack:
    """A stack. Its resources are in the order in which they need each other, its events the oldest first."""

    name: str
    id: str
    status: str = "REVIEW_IN_PROGRESS"
    reason: str | None = None
    stable_state: DesiredState | None = None  # as the last operation that went well left it
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: list[StackOutput] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    events: list[StackEvent] = field(default_factory=list)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated: datetime | None = None
    deleted: datetime | None = None
    desired_state: DesiredState | None = None  # of the last operation, whether it went well or not
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)  # by id
    is_nested: bool = False
    change_set: str | None = None
    protected: bool = False
    rolls_back: bool = True
    drifts: dict[str, ResourceDrift] = field(default_factory=dict)  # as they were found last, by logical id
    detections: list[Detection] = field(default_factory=list)
    races: dict[str, list[str]] = field(default_factory=dict)  # of the last operation, as `races.races` finds them

    @property
    def is_there(self) -> bool:
        return self.status != "DELETE_COMPLETE"

    @property
    def is_busy(self) -> bool:
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    @property
    def exports(self) -> dict[str, str]:
        return {output.export: output.value for output in self.outputs if output.export}

    def warning(self, logical_id: str) -> str | None:
        """Sentence on a resource that AWS may make too early, None where there is an order."""
        return warning(logical_id, self.races[logical_id]) if logical_id in self.races else None

    def turn(self, status: str, reason: str | None = None) -> None:
        """Give the stack a status, and say so in its events."""
        self.status, self.reason = status, reason
        self._add(StackEvent(str(uuid4()), datetime.now(UTC), self.name, self.id, STACK_TYPE, status, reason, None))

    def turn_resource(self, resource: Resource, status: str, reason: str | None = None) -> None:
        """Give one of its resources a status, and say so in the events."""
        resource.status, resource.reason, resource.updated = status, reason, datetime.now(UTC)
        self._add(
            StackEvent(
                f"{resource.logical_id}-{status}-{uuid4()}",
                resource.updated,
                resource.logical_id,
                resource.physical_id,
                resource.type,
                status,
                reason,
                json.dumps(resource.properties, default=str),
            )
        )

    def _add(self, event: StackEvent) -> None:
        self.events.append(event)


def new_stack(region: str, name: str) -> Stack:
    return Stack(name, f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{name}/{uuid4()}")


def first_cause(stack: Stack) -> str:
    """First cause of the failure of a stack's last operation, in the words of what failed first."""
    begun = max((i for i, event in enumerate(stack.events) if event.reason == "User Initiated"), default=0)
    for event in stack.events[begun:]:
        if event.status.endswith("_FAILED") and event.reason:
            return event.reason if event.physical_id == stack.id else f"{event.logical_id}: {event.reason}"
        if event.physical_id == stack.id and event.status.endswith("ROLLBACK_IN_PROGRESS") and event.reason:
            return event.reason
    return stack.reason or stack.status
