"""Container runtime: how the containers of a task are run, as processes or by a Docker engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ecs_emulator.clock import Clock
from ecs_emulator.scheduler.addresses import Address
from ecs_emulator.scheduler.container import Container
from ecs_emulator.scheduler.credentials import TaskRole
from ecs_emulator.scheduler.interfaces import Launch
from ecs_emulator.scheduler.output import ContainerOutput

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef


class CannotRun(Exception):
    """A container that cannot run; the message is its reason, as ECS has it."""


class ContainerContext(NamedTuple):
    """Context of a container: its task, the task's address, and where it can ask about itself.

    `first` is the name of the first container of the task that is there to stay; `own` a folder that is the task's own,
    if anybody makes it, and gone with the task; `role` has the credentials, None without a role.
    """

    launch: Launch
    address: Address
    metadata_uri: str
    first: str
    own: Path
    role: TaskRole | None
    clock: Clock


Begin = Callable[[Container, ContainerContext, ContainerOutput], None]
Say = Callable[[str], None]


class ContainerRuntime(Protocol):
    """Runtime of containers: as processes, or by a Docker engine. `has_effect` are the features, of those that are
    accepted without effect, that have one by it.
    """

    has_effect: frozenset[str]

    def shares_address(self, definition: ContainerDefinitionOutputTypeDef) -> bool:
        """True when a container may listen on an address that it shares with other tasks, as a program does that knows
        of PORT alone.
        """
        ...

    def prepared(self, definition: ContainerDefinitionOutputTypeDef, say: Say) -> Begin:
        """Function that begins to run a container, once its task is all prepared; its `state` shows what then fails.

        Raises CannotStart.
        """
        ...
