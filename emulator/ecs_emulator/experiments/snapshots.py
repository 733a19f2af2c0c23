"""Snapshots of a service, by the describe calls of ECS and ELBv2 alone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from ecs_emulator.ops import tasks
from ecs_emulator.ops.services import Named, describe, short
from ecs_emulator.ops.target import Target

if TYPE_CHECKING:
    from mypy_boto3_ecs.literals import DesiredStatusType
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html
ENDED = {"SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"}

_BOTH: tuple[DesiredStatusType, ...] = ("RUNNING", "STOPPED")


class TaskSnapshot(NamedTuple):
    """A task. `target` is its state in the target group; empty when it is not there, or cannot be told from others."""

    revision: str  # family:number, as everywhere here
    status: str  # lastStatus
    target: str = ""


class DeploymentSnapshot(NamedTuple):
    """A service deployment."""

    revision: str
    status: str
    reason: str = ""


@dataclass(frozen=True)
class ServiceSnapshot:
    """A service, looked at from `begun` to `at` (seconds since the epoch).

    What it shows and the look before did not has happened between `since`, when that one began, and `at`.
    """

    since: float
    begun: float
    at: float
    desired: int
    tasks: Mapping[str, TaskSnapshot] = field(default_factory=dict)  # by id
    targets: Sequence[str] = ()  # the state of every target
    rollouts: Mapping[str, str] = field(default_factory=dict)  # rolloutState of each deployment, by revision
    deployed: Mapping[str, DeploymentSnapshot] = field(default_factory=dict)  # service deployments by id

    def running(self) -> list[str]:
        """The ids of the tasks that are RUNNING."""
        return [task for task, seen in self.tasks.items() if seen.status == "RUNNING"]

    def deployments_of(self, revision: str) -> list[str]:
        """Service deployments to a revision, as they stand."""
        return [each.status for each in self.deployed.values() if each.revision == revision]

    def is_steady(self) -> bool:
        """One deployment, complete, every task and every target of it as it should be, and none beside."""
        running = [task for task in self.tasks.values() if task.status != "STOPPED"]
        return (
            list(self.rollouts.values()) == ["COMPLETED"]
            and len(running) == self.desired
            and all(task.status == "RUNNING" for task in running)
            and len(self.targets) >= self.desired
            and all(state == "healthy" for state in self.targets)
            and {task.revision for task in running} <= set(self.rollouts)
        )

    def shows_the_same_as(self, other: ServiceSnapshot) -> bool:
        return replace(self, since=other.since, begun=other.begun, at=other.at) == other


class ServicePoller:
    """Looks at one service. Every look takes a handful of calls."""

    def __init__(self, target: Target, named: Named) -> None:
        self._ecs, self._elbv2 = target.ecs, target.elbv2
        self._named = named
        self._revisions: dict[str, str] = {}  # a service revision never changes

    def look(self) -> ServiceSnapshot:
        begun = time.time()
        service = describe(self._ecs, self._named)
        states = [each for group in _groups(service) for each in self._targets(group)]
        # ECS still tells of those that have stopped.
        found = [task for status in _BOTH for task in tasks.listed(self._ecs, self._named, status)]
        deployed = self._deployed()
        return ServiceSnapshot(
            begun,
            begun,
            time.time(),
            service["desiredCount"],
            {short(task["taskArn"]): _seen(task, states) for task in found},
            [state for _, state in states],
            {short(each["taskDefinition"]): each.get("rolloutState", "") for each in service["deployments"]},
            deployed,
        )

    def _targets(self, group: str) -> list[tuple[str, str]]:
        """Address and state of each target."""
        found = self._elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return [(each["Target"]["Id"], each["TargetHealth"]["State"]) for each in found]

    def _deployed(self) -> dict[str, DeploymentSnapshot]:
        deployments = self._ecs.list_service_deployments(cluster=self._named.cluster, service=self._named.service)[
            "serviceDeployments"
        ]
        if new := sorted({each["targetServiceRevisionArn"] for each in deployments} - self._revisions.keys()):
            found = self._ecs.describe_service_revisions(serviceRevisionArns=new)["serviceRevisions"]
            self._revisions |= {each["serviceRevisionArn"]: short(each["taskDefinition"]) for each in found}
        return {
            short(each["serviceDeploymentArn"]): DeploymentSnapshot(
                self._revisions.get(each["targetServiceRevisionArn"], ""), each["status"], each.get("statusReason", "")
            )
            for each in deployments
        }


def _groups(service: ServiceTypeDef) -> list[str]:
    return [each["targetGroupArn"] for each in service.get("loadBalancers", []) if "targetGroupArn" in each]


def _seen(task: TaskTypeDef, targets: list[tuple[str, str]]) -> TaskSnapshot:
    # Where all tasks share one address, a target cannot be told from another by it. And addresses are used again.
    stopped = task["lastStatus"] == "STOPPED"
    states = [state for address, state in targets if address == tasks.address(task) and not stopped]
    return TaskSnapshot(short(task["taskDefinitionArn"]), task["lastStatus"], states[0] if len(states) == 1 else "")
