"""A local cloud in which tasks run, though as nothing more than made-up states.

An image called `crash` ends at once; one called `gated` does not start before the stage's `gate` is open.

Every answer of ours is held against botocore's model.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3

from ecs_emulator.clock import Clock
from ecs_emulator.cloud.endpoint import Cloud, OperationHandlers, bound
from ecs_emulator.local import REGION, use_only
from ecs_emulator.scheduler import operations as ecs
from ecs_emulator.scheduler.interfaces import ContainerState, Health, Launch, TargetAddress
from ecs_emulator.scheduler.scheduler import Scheduler
from ecs_emulator.stacks import operations as cloudformation
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.templates import parsed_template

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

SPEED = 1000  # a minute of AWS is 60 ms

_numbers = itertools.count(1)


@dataclass
class _Run:
    address: str
    launch: Launch
    gate: threading.Event
    stopped: bool = False

    def port(self, container_port: int) -> int:
        return container_port

    def containers(self) -> list[ContainerState]:
        return [self._state(each) for each in self.launch.definition["containerDefinitions"]]

    def stop(self) -> None:
        self.stopped = True

    def execute(self, container: str, words: list[str]) -> None:
        """Nobody asks for a command here."""

    def _state(self, container: ContainerDefinitionOutputTypeDef) -> ContainerState:
        if container["image"] == "crash":
            return ContainerState(container["name"], "STOPPED", 1, None)
        if self.stopped:
            return ContainerState(container["name"], "STOPPED", 143, None)
        waits = container["image"] == "gated" and not self.gate.is_set()
        return ContainerState(container["name"], "PENDING" if waits else "RUNNING", None, None)


class _Runner:
    def __init__(self, gate: threading.Event) -> None:
        self._numbers = itertools.count(1)
        self._gate = gate

    def start(self, launch: Launch) -> _Run:
        return _Run(f"127.9.9.{next(self._numbers)}", launch, self._gate)


@dataclass
class _Targets:
    """Healthy from the start, gone at once."""

    there: set[tuple[str, TargetAddress]] = field(default_factory=set)

    def register(self, group_arn: str, target: TargetAddress) -> None:
        self.there.add((group_arn, target))

    def deregister(self, group_arn: str, target: TargetAddress) -> None:
        self.there.discard((group_arn, target))

    def set_fault(self, group_arn: str, target: TargetAddress, fault: str | None) -> None:
        """Nobody asks for a fault here."""

    def health(self, group_arn: str, target: TargetAddress) -> Health | None:
        return Health("healthy") if (group_arn, target) in self.there else None

    def is_balanced(self, _group_arn: str) -> bool:
        return True


@dataclass
class Stage:
    """`stacks` are the engine; `session` reaches the cloud as any client does."""

    url: str
    session: boto3.Session
    stacks: Stacks
    gate: threading.Event

    def client(self, service: str) -> Any:
        return self.session.client(service)  # type: ignore[call-overload]

    def deploy(self, name: str, text: str, **parameters: Any) -> dict[str, str]:
        """A stack made or changed; all its outputs."""
        stack = self.stacks.deploy(name, parsed_template(text, "t.yml"), parameters, text=text)
        return {output.name: output.value for output in stack.outputs}

    def statuses(self, name: str) -> list[tuple[str, str]]:
        """Logical id and status of every event, the oldest first, also of a stack that is deleted."""
        [*_, stack] = [stack for stack in self.stacks.ever() if stack.name == name]
        return [(event.logical_id, event.status) for event in stack.events]


def new_name() -> str:
    """A stack's name: all tests of a process share what moto stores."""
    return f"emulated-{next(_numbers)}"


@contextmanager
def stage() -> Iterator[Stage]:
    before = dict(os.environ)
    cloud = Cloud(0, strict=True)
    gate = threading.Event()
    scheduler = Scheduler(_Runner(gate), _Targets(), Clock(SPEED))
    try:
        cloud.emulate("ecs", OperationHandlers(bound(ecs.OPERATIONS, scheduler)))
        use_only(cloud.url, cloud.key)
        session = boto3.Session()
        stacks = Stacks(session, REGION, tasks_run=True, clock=Clock(SPEED))
        cloud.emulate("cloudformation", OperationHandlers(bound(cloudformation.OPERATIONS, stacks)))
        scheduler.start()
        yield Stage(cloud.url, session, stacks, gate)
        stacks.close()
    finally:
        scheduler.close()
        cloud.close()
        os.environ.clear()
        os.environ.update(before)
