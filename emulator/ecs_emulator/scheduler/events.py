"""Service events in ECS's own words; the newest hundred, the newest first.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
Tools read these: `ecs-deploy` takes every sentence with the word "unable" for a failure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecs_emulator.clock import Clock
from ecs_emulator.scheduler.arns import Arns

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceEventTypeDef


class ServiceEvents:
    def __init__(self, service: str, arns: Arns, clock: Clock) -> None:
        self._service = service
        self._arns = arns
        self._clock = clock
        self._events: deque[ServiceEventTypeDef] = deque(maxlen=100)

    def shown(self) -> list[ServiceEventTypeDef]:
        return list(self._events)

    def started(self, tasks: Sequence[str]) -> None:
        self._say(f"has started {len(tasks)} tasks: {_listed(tasks)}.")

    def stopped(self, tasks: Sequence[str], were: str, deployment: str | None) -> None:
        """`were` is `running` or `pending`."""
        self._say(f"has stopped {len(tasks)} {were} tasks: {_listed(tasks)}.", deployment)

    def registered(self, targets: int, group: str, deployment: str | None) -> None:
        self._say(f"registered {targets} targets in (target-group {group})", deployment)

    def deregistered(self, targets: int, group: str, deployment: str | None) -> None:
        self._say(f"deregistered {targets} targets in (target-group {group})", deployment)

    def draining(self, tasks: int, deployment: str | None) -> None:
        self._say(f"has begun draining connections on {tasks} tasks.", deployment)

    def unhealthy(self, task: str, port: int, group: str, reason: str) -> None:
        self._say(f"(task {task}) (port {port}) is unhealthy in (target-group {group}) due to (reason {reason})")

    def failed_checks(self, task: str) -> None:
        self._say(f"(task {task}) failed container health checks.")

    def completed(self, deployment: str) -> None:
        self._say(f"(deployment {deployment}) deployment completed.")

    def failed(self, deployment: str) -> None:
        self._say(f"(deployment {deployment}) deployment failed: tasks failed to start.")

    def rolling_back(self, deployment: str) -> None:
        self._say(f"rolling back to deployment {deployment}.")

    def steady(self) -> None:
        self._say("has reached a steady state.")

    def cannot_start(self) -> None:
        self._say(
            "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section "
            "of the Amazon ECS Developer Guide."
        )

    def blocked(self) -> None:
        self._say(
            "was unable to stop or start tasks during a deployment because of the service deployment configuration. "
            "Update the minimumHealthyPercent or maximumPercent value and try again."
        )

    def _say(self, what: str, deployment: str | None = None) -> None:
        task_set = f", taskSet {deployment}" if deployment else ""
        message = f"(service {self._service}{task_set}) {what}"
        self._events.appendleft({"id": self._arns.event_id(), "createdAt": self._clock.now(), "message": message})


def _listed(tasks: Sequence[str]) -> str:
    return " ".join(f"(task {task})" for task in tasks)
