"""Phases of a task as visitors have them, from what ECS and the load balancer say of it."""

from __future__ import annotations

STARTING = {"PROVISIONING", "PENDING", "ACTIVATING"}
STOPPING = {"STOPPING", "DEPROVISIONING"}


def phase(status: str, target: str) -> str:
    """Phase of a task by its `lastStatus` and its target's state (empty without one); empty when it is no more.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
    """
    if status in STARTING:
        return "starting"
    if status in STOPPING:
        return "stopping"
    if status == "DEACTIVATING":
        return "draining"
    return (target or "running") if status == "RUNNING" else ""
