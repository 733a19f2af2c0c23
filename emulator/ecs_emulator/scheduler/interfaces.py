"""Interfaces of the scheduler: a task runtime for its tasks, and a target registry for their health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from mypy_boto3_ecs.literals import HealthStatusType
    from mypy_boto3_ecs.type_defs import SessionTypeDef, TaskDefinitionTypeDef
    from mypy_boto3_elbv2.literals import TargetHealthReasonEnumType, TargetHealthStateEnumType


@dataclass(frozen=True)
class Launch:
    """A task to run: its ids, and the task definition with overrides applied (as DescribeTaskDefinition shapes it)."""

    task_arn: str
    task_id: str
    cluster: str  # name
    service: str | None  # name; None for a task of its own
    definition: TaskDefinitionTypeDef
    launch_type: str = "FARGATE"
    commands: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of RunTask's overrides, by container


class ContainerState(NamedTuple):
    """`status` is PENDING, RUNNING or STOPPED; one that has ended has an exit code, and is STOPPED when its last words
    have arrived. `reason` is there when it never ran (`CannotPullContainerError: …`), and
    beside an exit code when that does not tell all (`OutOfMemoryError: …`). A placeholder `stands_in` for an image
    that is not here. `process_group` is the id of the group that it is on this machine, None when it is none."""

    name: str
    status: str
    exit_code: int | None
    reason: str | None
    health: HealthStatusType = "UNKNOWN"
    stands_in: bool = False
    process_group: int | None = None


class Run(Protocol):
    """The processes of one task. Nothing here waits."""

    address: str  # the task's own IPv4 address

    def port(self, container_port: int) -> int:
        """Port of this machine at which one of the task listens on `address`."""
        ...

    def containers(self) -> list[ContainerState]:
        """States of its containers, now."""
        ...

    def stop(self) -> None:
        """SIGTERM to every container now, SIGKILL to what is left after its `stopTimeout`. Again does nothing."""
        ...

    def execute(self, container: str, words: list[str]) -> SessionTypeDef | None:
        """A session for a command in a container; None when that does not run."""
        ...


class TaskRuntime(Protocol):
    def start(self, launch: Launch) -> Run:
        """Begin to run a task. What cannot start (no such image) shows in `containers`, never as an exception."""
        ...


class TargetAddress(NamedTuple):
    id: str  # an IPv4 address
    port: int


class Health(NamedTuple):
    """ELBv2's words: the state is `initial`, `healthy`, `unhealthy`, `draining` or `unused`."""

    state: TargetHealthStateEnumType
    reason: TargetHealthReasonEnumType | None = None
    description: str | None = None


class TargetRegistry(Protocol):
    """The targets of every target group, by the group's ARN. Nothing here waits."""

    def register(self, group_arn: str, target: TargetAddress) -> None:
        """Add a target; it is `initial` until a health check has passed."""
        ...

    def deregister(self, group_arn: str, target: TargetAddress) -> None:
        """No new request from now on; `draining` until the deregistration delay is over, then gone."""
        ...

    def set_fault(self, group_arn: str, target: TargetAddress, fault: str | None) -> None:
        """Give a target one of `faults.FAULTS` from now on, or none any more."""
        ...

    def health(self, group_arn: str, target: TargetAddress) -> Health | None:
        """None when the group does not have it (any more)."""
        ...

    def is_balanced(self, group_arn: str) -> bool:
        """True when the group exists and a rule or a default action of a listener uses it."""
        ...
