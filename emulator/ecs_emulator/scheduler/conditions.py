"""Health of a service's tasks: healthy, pending or unhealthy, which its scheduler goes by."""

from __future__ import annotations

from ecs_emulator.scheduler import rules
from ecs_emulator.scheduler.tasks import Outside, Task

HEALTHY = "healthy"
PENDING = "pending"
UNHEALTHY = "unhealthy"


def condition(task: Task, grace: float, now: float, outside: Outside) -> str:
    """A task is as healthy as its targets and its essential containers that have a health check; `grace` is its health
    check grace period in seconds.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
    """
    if task.running_since is None or now - task.began < rules.SECONDS_OF_START:
        return PENDING
    age = now - task.running_since
    states = [health.state for each in task.registered if (health := outside.targets.health(*each))]
    if UNHEALTHY in states or task.health == "UNHEALTHY":
        return UNHEALTHY if age >= outside.clock.grace(grace) else PENDING
    # A target group that no listener uses checks nobody.
    checked = [state for state in states if state != "unused"]
    if len(states) < len(task.registered) or any(state != HEALTHY for state in checked):
        return PENDING
    if task.checked:
        return HEALTHY if task.health == "HEALTHY" else PENDING
    if checked and len(checked) == len(states):
        return HEALTHY
    return HEALTHY if age >= outside.clock.shortened(rules.SECONDS_UNTIL_TRUSTED) else PENDING


def complaint(task: Task, outside: Outside) -> tuple[str, str]:
    """The target group that finds a task unhealthy, and its reason; no group where its containers are."""
    for group, target in task.registered:
        health = outside.targets.health(group, target)
        if health and health.state == UNHEALTHY:
            return group, health.description or "Health checks failed"
    return "", "Health checks failed"
