"""ECS operation on commands in containers that run: ECS Exec.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler.arns import name as name_in
from ecs_emulator.scheduler.scheduler import Scheduler
from ecs_emulator.scheduler.service_settings import invalid

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ExecuteCommandRequestTypeDef

    from ecs_emulator.cloud.service import Answer, OwnerOperations

_NOT_ENABLED = (
    "The execute command failed because execute command was not enabled when the task was run or the execute command "
    "agent isn’t running. Wait and try again or run a new task with execute command enabled and try again."
)


def execute(ecs: Scheduler, request: ExecuteCommandRequestTypeDef) -> Answer:
    cluster = ecs.clusters.find(request.get("cluster"))
    task = cluster.tasks.get(name_in(request["task"]))
    if not task:
        raise invalid("The referenced task was not found.")
    if not request["interactive"]:
        raise invalid("Interactive is the only mode supported currently.")
    if not task.settings.get("enableExecuteCommand"):
        raise invalid(_NOT_ENABLED)
    names = [each["name"] for each in task.definition["containerDefinitions"]]
    container = request.get("container") or names[0]
    if container not in names or (len(names) > 1 and not request.get("container")):
        raise invalid(f"The container must be one of the task's: {', '.join(names)}.")
    try:
        words = shlex.split(request["command"])
    except ValueError as error:
        raise invalid(f"The command is no command line: {error}.") from error
    session = task.run.execute(container, words) if task.run and words else None
    if session is None:
        raise AwsError(
            "TargetNotConnectedException", "The execute command failed due to an internal error. Try again later."
        )
    return {
        "clusterArn": cluster.arn,
        "containerArn": ecs.arns.container(cluster.name, task.id, container),
        "containerName": container,
        "interactive": True,
        "session": session,
        "taskArn": task.arn,
    }


OPERATIONS: OwnerOperations[Scheduler] = {"ExecuteCommand": execute}
