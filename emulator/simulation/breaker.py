"""Invariants of failure: what the circuit breaker counts, when it triggers, and what a rollback goes back to.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentCircuitBreaker.html
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ecs_emulator.scheduler.services import Service
from emulator.simulation.observation import UNHEALTHY, SimulationObserver, Tick
from emulator.simulation.trace import Violation
from emulator.simulation.world import World

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ThresholdConfigurationTypeDef

_ATTEMPTS_AT_ONCE = 3
_FIRST_DELAY, _LONGEST_DELAY = 10.0, 27 * 60.0  # seconds


class CircuitBreakers:
    """Counts by itself, from what happens to tasks."""

    def __init__(self, world: World, observer: SimulationObserver) -> None:
        self._world = world
        self._observer = observer
        self._failed: dict[str, int] = defaultdict(int)  # by deployment id, as all here
        self._in_a_row: dict[str, int] = defaultdict(int)
        self._failed_at: dict[str, float] = {}
        # The id of the latest, by the ARN of its service's first service deployment. One that is gone back to is none
        # until it has completed again.
        self._completed: dict[str, str] = {}

    def check(self, tick: Tick) -> None:
        """Raises Violation."""
        service, before = tick.service, tick.primary
        if before is None:
            return
        for task in tick.died:
            if task.deployment and task.id not in self._observer.served:
                self._count(task.deployment.id)
        self._check_end(tick)
        for task in tick.first_healthy:
            if task.deployment:
                self._in_a_row[task.deployment.id] = 0
                if service.breaker.get("resetOnHealthyTask", True):
                    self._failed[task.deployment.id] = 0
        self._check_delay(tick)
        for task in tick.stopped:
            if task.deployment and tick.conditions[task.id] == UNHEALTHY:
                self._count(task.deployment.id)
        for each in service.deployments:
            if each.failed != self._failed[each.id]:
                raise Violation("failed tasks", f"{each.id} counts {each.failed}, it were {self._failed[each.id]}")
        primary = service.primary if service.deployments else before
        # One that is gone back to with all its tasks in place has completed again at once.
        is_new = tick.states.get(primary.id) != "COMPLETED" or primary is not before
        if primary.rollout_state == "COMPLETED" and is_new:
            self._completed[service.courses[-1].arn] = primary.id

    def _count(self, deployment: str) -> None:
        self._failed[deployment] += 1
        self._in_a_row[deployment] += 1
        self._failed_at[deployment] = self._world.now

    def _check_delay(self, tick: Tick) -> None:
        """Without a circuit breaker, attempts that fail come at longer and longer intervals.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
        """
        service = tick.service
        for each in {id(task.deployment): task.deployment for task in tick.started}.values():
            if each is None or self._in_a_row[each.id] < _ATTEMPTS_AT_ONCE:
                continue
            if each is service.primary and each.rollout_state == "IN_PROGRESS" and service.breaker.get("enable"):
                continue
            failures = self._in_a_row[each.id]
            delay = self._world.clock.shortened(min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** (failures - _ATTEMPTS_AT_ONCE)))
            if self._world.now < self._failed_at[each.id] + delay:
                raise Violation(
                    "delay", f"{each.id} starts tasks less than {delay} s after failure {failures} in a row"
                )

    def _check_end(self, tick: Tick) -> None:
        service, before = tick.service, tick.primary
        assert before is not None  # noqa: S101 (for the type)
        stops, rolls_back = tick.course_status == "STOP_REQUESTED", tick.course_status == "ROLLBACK_REQUESTED"
        if tick.status != "ACTIVE":
            stops = rolls_back = False
        threshold = _threshold(service)
        watched = tick.status == "ACTIVE" and tick.states[before.id] == "IN_PROGRESS" and not (stops or rolls_back)
        count = self._failed[before.id]
        due = watched and bool(service.breaker.get("enable")) and count >= threshold
        said = any(f"(deployment {before.id}) deployment failed" in message for message in tick.messages)
        if due != said:
            raise Violation("threshold", f"{before.id} has {'' if said else 'not '}failed at {count} of {threshold}")
        goal = self._completed.get(service.courses[-1].arn)
        goal = None if goal == before.id else goal
        if (due and service.breaker.get("rollback") and goal) or (rolls_back and goal):
            if service.primary.id != goal:
                raise Violation("rollback", f"{before.id} was rolled back to {service.primary.id}, not to {goal}")
            self._failed[goal] = self._in_a_row[goal] = 0
            del self._completed[service.courses[-1].arn]
        elif due or stops or rolls_back:
            if service.primary is not before or before.rollout_state != "FAILED":
                raise Violation("rollback", f"{before.id} has failed and is {before.rollout_state}")
        elif service.deployments and service.primary is not before:
            raise Violation("rollback", f"{service.primary.id} took the place of {before.id} without a reason")


def _threshold(service: Service) -> int:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ThresholdConfiguration.html"""
    default: ThresholdConfigurationTypeDef = {"type": "BOUNDED_PERCENT", "value": 50}
    configured = service.breaker.get("thresholdConfiguration", default)
    value = configured["value"]
    if configured["type"] == "COUNT":
        return value
    share = (service.desired * value + 99) // 100
    return min(200, max(3, share)) if configured["type"] == "BOUNDED_PERCENT" else max(1, share)
