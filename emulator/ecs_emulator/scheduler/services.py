"""Service: its settings, its deployments, and the tasks it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from ecs_emulator.scheduler import rules
from ecs_emulator.scheduler.deployments import (
    COMPLETED,
    FAILED,
    Deployment,
    ServiceDeployment,
    ServiceRevision,
    Settings,
)
from ecs_emulator.scheduler.events import ServiceEvents
from ecs_emulator.scheduler.tasks import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        DeploymentCircuitBreakerTypeDef,
        DeploymentConfigurationOutputTypeDef,
        TagTypeDef,
    )


@dataclass
class Service:
    """`deployments` has the primary one first. `options` are the settings that make no new tasks when they change."""

    name: str
    arn: str
    cluster: str
    desired: int
    options: Settings
    events: ServiceEvents
    created_at: datetime
    status: str = "ACTIVE"
    deployments: list[Deployment] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    tags: list[TagTypeDef] = field(default_factory=list)
    completed: Deployment | None = None  # the latest that was, and the one to roll back to
    courses: list[ServiceDeployment] = field(default_factory=list)  # the newest first
    revisions: list[ServiceRevision] = field(default_factory=list)
    steady: bool = False
    said_blocked: bool = False

    @property
    def primary(self) -> Deployment:
        return self.deployments[0]

    @property
    def course(self) -> ServiceDeployment:
        """The newest service deployment, under way or not."""
        return self.courses[0]

    @property
    def configuration(self) -> DeploymentConfigurationOutputTypeDef:
        """The deployment configuration."""
        configuration: DeploymentConfigurationOutputTypeDef = self.options["deploymentConfiguration"]
        return configuration

    @property
    def breaker(self) -> DeploymentCircuitBreakerTypeDef:
        return self.configuration["deploymentCircuitBreaker"]

    @property
    def minimum(self) -> int:
        return rules.minimum(self.desired, self.configuration["minimumHealthyPercent"])

    @property
    def maximum(self) -> int:
        return rules.maximum(self.desired, self.configuration["maximumPercent"])

    @property
    def rolls_back_to(self) -> Deployment | None:
        """Only a completed deployment, and none that is on its way itself."""
        found = self.completed
        return found if found and found is not self.primary and found.rollout_state == COMPLETED else None

    @property
    def halted(self) -> bool:
        """Its deployment has failed, and nothing was there to roll back to."""
        return self.status == "ACTIVE" and self.primary.rollout_state == FAILED

    def of(self, deployment: Deployment) -> list[Task]:
        """Its tasks that nobody has told to stop."""
        return [task for task in self.tasks if task.deployment is deployment and task.should_run]

    def leaving(self) -> list[Task]:
        """Tasks that still take up room; one that has died does not."""
        return [task for task in self.tasks if not task.should_run and not task.gone and not task.died]

    def lead(self, deployment: Deployment) -> None:
        """Begin a deployment; what ran before is older from now on."""
        self.revisions.append(deployment.revision)
        self.courses.insert(0, deployment.course)
        self.deployments.insert(0, deployment)
        for older in self.deployments[1:]:
            older.desired = min(older.desired, len(self.of(older))) if not older.completed_before else older.desired

    def scale(self, desired: int) -> None:
        """Have more or fewer tasks, of the revisions there are.

        During a rollout what serves now grows as well.
        https://aws.amazon.com/about-aws/whats-new/2025/11/amazon-ecs-service-availability-rolling-deployments/
        """
        older: Sequence[Deployment] = [each for each in self.deployments[1:] if each is self.completed]
        for each in older:
            each.desired = max(0, each.desired + max(0, desired - self.desired))
        self.desired = self.primary.desired = desired
