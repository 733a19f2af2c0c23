"""ECS operations on tags of clusters, services, tasks and task definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler import faults
from ecs_emulator.scheduler.arns import resource
from ecs_emulator.scheduler.scheduler import Scheduler
from ecs_emulator.scheduler.service_operations import service_of
from ecs_emulator.scheduler.service_settings import invalid
from ecs_emulator.scheduler.tasks import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        ListTagsForResourceRequestTypeDef,
        TagResourceRequestTypeDef,
        TagTypeDef,
        UntagResourceRequestTypeDef,
    )

    from ecs_emulator.cloud.service import Answer, OwnerOperations


_MOST = 50


def tag(ecs: Scheduler, request: TagResourceRequestTypeDef) -> Answer:
    tags = _tags(ecs, request["resourceArn"])
    both = {each["key"]: each for each in tags} | {each["key"]: each for each in request["tags"]}
    if len(both) > _MOST:
        raise invalid(f"The maximum number of tags per resource is {_MOST}.")
    faults.check(request["tags"])
    tags[:] = both.values()
    _obey(ecs, request["resourceArn"])
    return {}


def untag(ecs: Scheduler, request: UntagResourceRequestTypeDef) -> Answer:
    tags = _tags(ecs, request["resourceArn"])
    tags[:] = [each for each in tags if each["key"] not in request["tagKeys"]]
    _obey(ecs, request["resourceArn"])
    return {}


def list_all(ecs: Scheduler, request: ListTagsForResourceRequestTypeDef) -> Answer:
    arn = request["resourceArn"]
    tags, task = _tags(ecs, arn), _task(ecs, arn)
    return {"tags": list(task.shown_tags if task else tags)}


def _tags(ecs: Scheduler, arn: str) -> list[TagTypeDef]:
    """The tags of a resource, to be changed in place. Raises AwsError."""
    if not arn.startswith("arn:"):
        raise invalid("The specified resource ARN is not valid.")
    kind = resource(arn)[0]
    if kind == "cluster":
        return ecs.clusters.find(arn).tags
    if kind == "service":
        return service_of(ecs, arn)[1].tags
    if kind == "task-definition":
        return ecs.definitions.tags[ecs.definitions.find(arn)["taskDefinitionArn"]]
    if task := _task(ecs, arn):
        return task.tags
    raise AwsError("ResourceNotFoundException", "The specified resource was not found.")


def _task(ecs: Scheduler, arn: str) -> Task | None:
    kind, *names = resource(arn)
    return ecs.clusters.find(names[0]).tasks.get(names[1]) if kind == "task" and len(names) == 2 else None


def _obey(ecs: Scheduler, arn: str) -> None:
    if task := _task(ecs, arn):
        task.obey_faults(ecs.outside.targets)


OPERATIONS: OwnerOperations[Scheduler] = {"TagResource": tag, "UntagResource": untag, "ListTagsForResource": list_all}
