"""Deployments: what a service runs, what it ran before, and how each rollout went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ecs_emulator.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        DeploymentConfigurationOutputTypeDef,
        RollbackTypeDef,
        TagTypeDef,
        TaskDefinitionTypeDef,
    )

# Members of a request by name, those that are kept: of a service, a task or a cluster.
Settings = dict[str, Any]

IN_PROGRESS = "IN_PROGRESS"
COMPLETED = "COMPLETED"
FAILED = "FAILED"

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html
ENDED = {"SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"}


@dataclass(frozen=True)
class ServiceRevision:
    """Service revision: the settings of a service that make new tasks when they change."""

    arn: str
    settings: Mapping[str, Any]
    definition: TaskDefinitionTypeDef
    definition_tags: list[TagTypeDef]
    created_at: datetime


@dataclass
class ServiceDeployment:
    """The course of one rollout, its rollback included."""

    arn: str
    target: ServiceRevision
    sources: list[ServiceRevision]
    configuration: DeploymentConfigurationOutputTypeDef
    clock: Clock
    status: str = "PENDING"
    reason: str | None = None
    created_at: datetime = field(init=False)
    started_at: datetime | None = None
    finished_at: datetime | None = None
    stopped_at: datetime | None = None
    updated_at: datetime = field(init=False)
    rollback: RollbackTypeDef | None = None
    failures: int = 0
    threshold: int = 0
    breaker: str = "DISABLED"

    def __post_init__(self) -> None:
        self.created_at = self.updated_at = self.clock.now()

    def become(self, status: str, reason: str | None = None) -> None:
        now = self.clock.now()
        self.status, self.reason, self.updated_at = status, reason or self.reason, now
        if status == IN_PROGRESS:
            self.started_at = now
        if status in ENDED:
            self.finished_at = now
            self.stopped_at = now if status == "STOPPED" else None
            if self.breaker == "MONITORING":
                self.breaker = "MONITORING_COMPLETE"


@dataclass
class Deployment:
    """One revision's tasks within a service. `desired` is how many the scheduler keeps of them.

    `failed` counts as the circuit breaker does, `failed_in_a_row` until any task is healthy.
    """

    id: str
    revision: ServiceRevision
    desired: int
    course: ServiceDeployment
    rollout_state: str = IN_PROGRESS
    rollout_reason: str = ""
    completed_before: bool = False
    failed: int = 0
    failed_in_a_row: int = 0
    failed_at: float = 0.0  # by the scheduler's clock
    impaired: bool = False
    created_at: datetime = field(init=False)
    updated_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.created_at = self.course.clock.now()
        self.become(IN_PROGRESS, f"ECS deployment {self.id} in progress.")

    def become(self, state: str, reason: str) -> None:
        self.rollout_state, self.rollout_reason, self.updated_at = state, reason, self.course.clock.now()
        self.completed_before |= state == COMPLETED

    def forget_failures(self) -> None:
        self.failed = self.failed_in_a_row = 0
        self.impaired = False
