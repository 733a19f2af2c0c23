"""Faults of a task that the emulator makes from outside, asked for by a tag of the task.

On AWS, Fault Injection Service finds its targets by tags too:
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


def check(tags: Sequence[TagTypeDef]) -> None:
    """Check that the tag, where it is among these, asks for a fault that there is. Raises AwsError."""
    for each in tags:
        if each.get("key") == FAULT_TAG and each.get("value") != UNHEALTHY:
            message = f"The tag {FAULT_TAG} has the value {UNHEALTHY}, or is not there; it is {each.get('value')!r}."
            raise AwsError("InvalidParameterException", message)
