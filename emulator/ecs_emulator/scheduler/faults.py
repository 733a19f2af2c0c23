"""Faults of a task that the emulator makes from outside, asked for by a tag of the task.

On AWS, Fault Injection Service finds its targets by tags too, and has the same of a task's network:
https://docs.aws.amazon.com/fis/latest/userguide/ecs-task-actions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.local import FAULT_TAG

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TagTypeDef

UNHEALTHY = "unhealthy"  # the load balancer takes each of its health checks for failed; requests are served as before
SLOW = "slow"  # what comes to it from the load balancer, health checks too, is DELAY late
CUT_OFF = "cut-off"  # nothing that comes to it from the load balancer is answered; what it asks for itself is
FAULTS = (UNHEALTHY, SLOW, CUT_OFF)
DELAY = 1.0  # seconds that no speed shortens: below the timeout of a health check


def check(tags: Sequence[TagTypeDef]) -> None:
    """Check that the tag, where it is among these, asks for a fault that there is. Raises AwsError."""
    for each in tags:
        if each.get("key") == FAULT_TAG and each.get("value") not in FAULTS:
            message = f"The tag {FAULT_TAG} is {', '.join(FAULTS)}, or is not there; it is {each.get('value')!r}."
            raise AwsError("InvalidParameterException", message)


def asked_for(tags: Sequence[TagTypeDef]) -> str | None:
    """The fault that tags ask for."""
    return next((each.get("value") for each in tags if each.get("key") == FAULT_TAG), None)
