"""Invariants of a service's size: its minimum, its maximum, and which of its tasks go first."""

from __future__ import annotations

from ecs_emulator.scheduler.tasks import Task
from emulator.simulation.observation import DEATHS, HEALTHY, PENDING, UNHEALTHY, Tick
from emulator.simulation.trace import Violation


def check(tick: Tick) -> None:
    """Raises Violation."""
    if tick.status == "ACTIVE":
        _keeps_minimum(tick)
        # A deployment that has failed replaces nothing; older ones only get rid of what they have too many.
        if not tick.service.halted:
            _replaces_first(tick)
    _keeps_maximum(tick)
    _starts_nothing_that_failed(tick)
    _stops_in_order(tick)


def _keeps_minimum(tick: Tick) -> None:
    """No healthy task is stopped below the minimum, rounded up; deaths, calls and unhealthy tasks are not its doing.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
    """
    healthy = tick.by_condition(HEALTHY)
    stopped = [task for task in tick.stopped if task in healthy]
    minimum = _minimum(tick)
    if stopped and len(healthy) - len(stopped) < minimum:
        raise Violation("minimum", f"{len(stopped)} of {len(healthy)} healthy tasks stopped; {minimum} have to stay")


def _replaces_first(tick: Tick) -> None:
    """An unhealthy task makes way for a replacement before it is there only where the maximum leaves no room for both.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
    """
    stopped = [task for task in tick.stopped if tick.conditions[task.id] == UNHEALTHY]
    left = len(tick.conditions) - len(tick.stopped)
    there = len(tick.conditions) + len(tick.started) + _leaving_before(tick)
    if stopped and left < _minimum(tick) and there < _maximum(tick):
        raise Violation("replacement", f"{len(stopped)} unhealthy tasks stopped with room for others; {left} stay")


def _keeps_maximum(tick: Tick) -> None:
    """No task is started above the maximum, rounded down; one that died takes up no room, one being stopped does.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
    """
    present = [task for task in tick.service.tasks if task.desired_status == "RUNNING" or _is_leaving(task)]
    if tick.started and len(present) > _maximum(tick):
        raise Violation("maximum", f"{len(tick.started)} tasks started: {len(present)} of {_maximum(tick)}")


def _starts_nothing_that_failed(tick: Tick) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html (`rolloutState`)"""
    for task in tick.started:
        if task.deployment and task.deployment.rollout_state == "FAILED":
            raise Violation("failed deployment", f"{task.deployment.id} has failed and starts task {task.id}")


def _stops_in_order(tick: Tick) -> None:
    """docs/decisions/0019: the newest of what is not there yet goes first, and the oldest of what serves."""
    for condition, first in ((PENDING, "newest"), (HEALTHY, "oldest")):
        tasks = tick.by_condition(condition)
        for deployment in {id(task.deployment): task.deployment for task in tasks}.values():
            mine = [task for task in tasks if task.deployment is deployment]
            stopped = [task for task in mine if task in tick.stopped]
            right = mine[len(mine) - len(stopped) :] if first == "newest" else mine[: len(stopped)]
            if stopped != right:
                found = ", ".join(str(mine.index(task) + 1) for task in stopped)
                raise Violation("order", f"of {len(mine)} {condition} tasks number {found} went, not the {first}")


def _minimum(tick: Tick) -> int:
    percent: int = tick.service.configuration["minimumHealthyPercent"]
    return (tick.service.desired * percent + 99) // 100


def _maximum(tick: Tick) -> int:
    percent: int = tick.service.configuration["maximumPercent"]
    return tick.service.desired * percent // 100


def _is_leaving(task: Task) -> bool:
    return task.desired_status == "STOPPED" and task.last_status != "STOPPED" and task.stop_code not in DEATHS


def _leaving_before(tick: Tick) -> int:
    return sum(_is_leaving(task) and task not in tick.stopped for task in tick.service.tasks)
