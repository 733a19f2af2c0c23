"""Rollout states: in progress, completed, failed, rolled back, stopped, and how one leads to another.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html
"""

from __future__ import annotations

from ecs_emulator.scheduler import rules
from ecs_emulator.scheduler.deployments import COMPLETED, ENDED, FAILED, IN_PROGRESS, Deployment
from ecs_emulator.scheduler.services import Service

_BREAKER = "ECS deployment circuit breaker"
_TASKS_FAILED = f"{_BREAKER}: tasks failed to start."


def watched(service: Service, deployment: Deployment) -> bool:
    """True when the circuit breaker counts the failures of a deployment; no rollback of a rollback is stopped by it."""
    under_way = deployment is service.primary and deployment.rollout_state == IN_PROGRESS
    return bool(service.breaker.get("enable")) and under_way


def move_on(service: Service) -> None:
    """Carry out what was requested, and give up a deployment that has failed too often."""
    course = service.course
    if service.status != "ACTIVE":
        return
    if course.status == "PENDING":
        course.become(IN_PROGRESS)
    elif course.status == "STOP_REQUESTED":
        _fail(service, course.reason or "The deployment was stopped.")
    elif course.status == "ROLLBACK_REQUESTED":
        _roll_back(service, course.reason or "The deployment was stopped.")
    if not watched(service, service.primary):
        return
    course.threshold = rules.threshold(service.breaker, service.desired)
    if course.status != "ROLLBACK_IN_PROGRESS":
        course.failures = service.primary.failed
    if course.breaker == "DISABLED":
        course.breaker = "MONITORING"
    if service.primary.failed >= course.threshold:
        course.breaker = "TRIGGERED"
        service.events.failed(service.primary.id)
        if service.breaker.get("rollback") and service.rolls_back_to:
            _roll_back(service, _TASKS_FAILED)
        else:
            _fail(service, _TASKS_FAILED)


def conclude(service: Service, settled: bool) -> None:
    """Complete the deployment when all is `settled`; forget what has no task any more."""
    primary = service.primary
    present = {id(task.deployment) for task in service.tasks}
    service.deployments = [each for each in service.deployments if each is primary or id(each) in present]
    if service.status == "DRAINING":
        if not service.tasks:
            service.status, service.deployments = "INACTIVE", []
        return
    settled = settled and len(service.deployments) == 1
    if settled and primary.rollout_state == IN_PROGRESS:
        primary.become(COMPLETED, f"ECS deployment {primary.id} completed.")
        service.completed = primary
        service.events.completed(primary.id)
        rolled_back = service.course.status == "ROLLBACK_IN_PROGRESS"
        service.course.become("ROLLBACK_SUCCESSFUL" if rolled_back else "SUCCESSFUL")
    settled = settled and primary.rollout_state == COMPLETED
    if settled and not service.steady:
        service.events.steady()
    service.steady = settled


def supersede(service: Service) -> None:
    """A newer deployment takes the place of one that is under way."""
    if service.courses and service.course.status not in ENDED:
        service.course.become("STOPPED", "A newer deployment of the service was started.")


def _fail(service: Service, reason: str) -> None:
    primary, course = service.primary, service.course
    primary.become(FAILED, reason)
    course.become("ROLLBACK_FAILED" if course.status == "ROLLBACK_IN_PROGRESS" else "STOPPED", reason)


def _roll_back(service: Service, reason: str) -> None:
    back = service.rolls_back_to
    if back is None:
        _fail(service, reason)
        return
    given_up, course = service.primary, service.course
    cause = _BREAKER if course.breaker == "TRIGGERED" else "ECS deployment"
    given_up.become(FAILED, reason)
    given_up.desired = 0
    course.rollback = {
        "reason": reason,
        "startedAt": course.clock.now(),
        "serviceRevisionArn": back.revision.arn,
    }
    course.become("ROLLBACK_IN_PROGRESS", reason)
    back.become(IN_PROGRESS, f"{cause}: rolling back to deploymentId {back.id}.")
    back.desired = service.desired
    back.forget_failures()
    service.deployments = [back, *(each for each in service.deployments if each is not back)]
    service.events.rolling_back(back.id)
