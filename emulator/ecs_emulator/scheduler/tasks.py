"""Tasks, from PROVISIONING to STOPPED.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from ecs_emulator.clock import Clock
from ecs_emulator.local import PLACEHOLDER_TAG
from ecs_emulator.scheduler.definitions import is_on_fargate
from ecs_emulator.scheduler.deployments import Deployment
from ecs_emulator.scheduler.faults import asked_for
from ecs_emulator.scheduler.interfaces import ContainerState, Launch, Run, TargetAddress, TargetRegistry, TaskRuntime

if TYPE_CHECKING:
    from mypy_boto3_ecs.literals import HealthStatusType
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, TagTypeDef, TaskDefinitionTypeDef


class Balanced(NamedTuple):
    """One target group that a service's tasks are targets of."""

    group: str  # its ARN
    container: str
    port: int


@dataclass(frozen=True)
class Outside:
    runner: TaskRuntime
    targets: TargetRegistry
    clock: Clock


@dataclass
class Task:
    id: str
    arn: str
    cluster: str
    definition: TaskDefinitionTypeDef  # with overrides applied
    group: str
    clock: Clock
    settings: Mapping[str, Any] = field(default_factory=dict)  # launchType, platformVersion, overrides, …
    tags: list[TagTypeDef] = field(default_factory=list)
    service: str | None = None
    deployment: Deployment | None = None
    started_by: str | None = None
    balanced: tuple[Balanced, ...] = ()
    last_status: str = "PROVISIONING"
    desired_status: str = "RUNNING"
    stop_code: str | None = None
    stopped_reason: str | None = None
    run: Run | None = None
    containers: list[ContainerState] = field(default_factory=list)
    registered: list[tuple[str, TargetAddress]] = field(default_factory=list)
    version: int = 1
    began: float = 0.0  # the rest by the scheduler's clock
    running_since: float | None = None
    stopped_since: float | None = None
    served: bool = False  # was healthy, so it is no failed task when it ends
    said_unhealthy: bool = False
    moments: dict[str, datetime] = field(init=False)

    def __post_init__(self) -> None:
        self.moments = {"createdAt": self.clock.now()}

    @property
    def launch_type(self) -> str:
        return "FARGATE" if is_on_fargate(self.settings) else "EC2"

    @property
    def shown_tags(self) -> list[TagTypeDef]:
        """Its tags, and which of its containers a placeholder stands in for."""
        stood_in = " ".join(each.name for each in self.containers if each.stands_in)
        return [*self.tags, {"key": PLACEHOLDER_TAG, "value": stood_in}] if stood_in else self.tags

    @property
    def checked(self) -> set[str]:
        """Names of the essential containers that have a health check: the others say nothing of a task's health."""
        return {
            each["name"]
            for each in self.definition["containerDefinitions"]
            if each.get("essential", True) and each.get("healthCheck")
        }

    @property
    def health(self) -> HealthStatusType:
        """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html"""
        found = {each.health for each in self.containers if each.name in self.checked}
        if "UNHEALTHY" in found:
            return "UNHEALTHY"
        return "HEALTHY" if found == {"HEALTHY"} else "UNKNOWN"

    @property
    def should_run(self) -> bool:
        return self.desired_status == "RUNNING"

    @property
    def gone(self) -> bool:
        return self.last_status == "STOPPED"

    @property
    def died(self) -> bool:
        return self.stop_code in ("EssentialContainerExited", "TaskFailedToStart")

    def advance(self, now: float, outside: Outside) -> str | None:
        """Take in what has happened to its processes and targets; `registered` or `died` when that is the news."""
        if self.gone:
            return None
        if self.run is None:
            self._start(now, outside.runner)
            return None
        self.containers = self.run.containers()
        if self._ended() and self.last_status != "STOPPING":
            return self._end_early(outside.targets)
        # One that is not essential may have ended by now, or may never run.
        if self.last_status == "PENDING" and not any(container.status == "PENDING" for container in self.containers):
            return self._is_running(now, outside.targets)
        if self.last_status == "DEACTIVATING" and not any(outside.targets.health(*each) for each in self.registered):
            self._stop_processes()
        elif self.last_status == "STOPPING" and all(container.status == "STOPPED" for container in self.containers):
            self._is_gone(now)
        return None

    def stop(self, code: str, reason: str, now: float, targets: TargetRegistry) -> None:
        """Take it out of the load balancer, wait until that is done, then end its processes. Again does nothing."""
        if not self.should_run:
            return
        self._to_stop(code, reason)
        if self.run is None:
            self._is_gone(now)
        elif self.registered:
            self._become("DEACTIVATING")
            self._deregister(targets)
        else:
            self._stop_processes()

    def obey_faults(self, targets: TargetRegistry) -> None:
        """Give its targets the fault that its tags ask for, or none."""
        for group, target in self.registered:
            targets.set_fault(group, target, asked_for(self.tags))

    def _start(self, now: float, runner: TaskRuntime) -> None:
        self.began = now
        self.moments["pullStartedAt"] = self.clock.now()
        overrides = self.settings.get("overrides", {}).get("containerOverrides", [])
        commands = {each["name"]: each["command"] for each in overrides if each.get("command")}
        launch = Launch(self.arn, self.id, self.cluster, self.service, self.definition, self.launch_type, commands)
        self.run = runner.start(launch)
        self.containers = self.run.containers()
        self._become("PENDING")

    def _is_running(self, now: float, targets: TargetRegistry) -> str:
        assert self.run is not None  # noqa: S101 (for the type)
        self.running_since = now
        self.moments.setdefault("pullStoppedAt", self.clock.now())
        self._become("RUNNING", "startedAt")
        for each in self.balanced:
            target = TargetAddress(self.run.address, self.run.port(each.port))
            targets.register(each.group, target)
            self.registered.append((each.group, target))
        self.obey_faults(targets)
        return "registered"

    def _ended(self) -> bool:
        """A task ends with any of its essential containers."""
        essential = {each["name"] for each in self.definition["containerDefinitions"] if each.get("essential", True)}
        ended = {each.name for each in self.containers if each.status == "STOPPED" or each.exit_code is not None}
        return bool(ended & essential)

    def _end_early(self, targets: TargetRegistry) -> str | None:
        was_stopped = not self.should_run
        if not was_stopped:
            reasons = [each.reason for each in self.containers if each.exit_code is None]
            never_ran = next(filter(None, reasons), None)
            code = "TaskFailedToStart" if never_ran else "EssentialContainerExited"
            self._to_stop(code, never_ran or "Essential container in task exited")
            self._deregister(targets)
        self._stop_processes()
        return None if was_stopped else "died"

    def _to_stop(self, code: str, reason: str) -> None:
        self.desired_status, self.stop_code, self.stopped_reason = "STOPPED", code, reason

    def _deregister(self, targets: TargetRegistry) -> None:
        for group, target in self.registered:
            targets.deregister(group, target)

    def _stop_processes(self) -> None:
        if self.run is not None:
            self.run.stop()
        self._become("STOPPING", "stoppingAt")

    def _is_gone(self, now: float) -> None:
        self.stopped_since = now
        self.moments["executionStoppedAt"] = self.clock.now()
        self._become("STOPPED", "stoppedAt")

    def _become(self, status: str, moment: str | None = None) -> None:
        self.last_status = status
        self.version += 1
        if moment:
            self.moments[moment] = self.clock.now()


def overridden(definition: TaskDefinitionTypeDef, overrides: Mapping[str, Any]) -> TaskDefinitionTypeDef:
    """A definition as a task runs it: with RunTask's `overrides` applied."""
    by_name = {each.get("name"): each for each in overrides.get("containerOverrides", [])}
    containers = [_overridden(each, by_name.get(each["name"], {})) for each in definition["containerDefinitions"]]
    changed: TaskDefinitionTypeDef = {**definition, "containerDefinitions": containers}
    for key in ("cpu", "memory", "executionRoleArn", "taskRoleArn"):
        if key in overrides:
            changed[key] = overrides[key]
    return changed


def _overridden(
    container: ContainerDefinitionOutputTypeDef, override: Mapping[str, Any]
) -> ContainerDefinitionOutputTypeDef:
    environment = {each["name"]: each for each in container.get("environment", [])}
    environment |= {each["name"]: each for each in override.get("environment", [])}
    changed: ContainerDefinitionOutputTypeDef = {**container, "environment": list(environment.values())}
    for key in ("command", "cpu", "memory", "memoryReservation"):
        if key in override:
            changed[key] = override[key]
    return changed
