"""ECS operations on tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ecs_emulator.scheduler import task_serializers
from ecs_emulator.scheduler.arns import name as name_in
from ecs_emulator.scheduler.definitions import is_on_fargate
from ecs_emulator.scheduler.features import INSTANCES
from ecs_emulator.scheduler.paging import page
from ecs_emulator.scheduler.scheduler import Scheduler
from ecs_emulator.scheduler.service_settings import invalid, revised
from ecs_emulator.scheduler.tasks import Task, overridden

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        DescribeTasksRequestTypeDef,
        ListTasksRequestTypeDef,
        RunTaskRequestTypeDef,
        StopTaskRequestTypeDef,
        TaskDefinitionTypeDef,
    )

    from ecs_emulator.cloud.service import Answer, OwnerOperations


_MOST_AT_ONCE = 10
_MOST_DESCRIBED = 100
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
# It names characters as well, which are not looked at: ecs-deploy has always sent `ECS Deploy`, with a space.
_LONGEST_STARTED_BY = 128


def run(ecs: Scheduler, request: RunTaskRequestTypeDef) -> Answer:
    cluster = ecs.clusters.find(request.get("cluster"))
    found = ecs.definitions.find(request["taskDefinition"], "TaskDefinition not found.")
    settings = revised(request, cluster, {}, found)
    definition = ecs.definitions.runnable(request["taskDefinition"], settings)
    if not is_on_fargate(settings):
        ecs.note_without_effect([INSTANCES])
    count = request.get("count", 1)
    if not 1 <= count <= _MOST_AT_ONCE:
        raise invalid(f"Count should be between 1 and {_MOST_AT_ONCE}.")
    overrides: Mapping[str, Any] = request.get("overrides", {})
    _check_overrides(overrides, definition)
    settings |= {key: request[key] for key in ("overrides", "enableExecuteCommand") if key in request}
    started_by = request.get("startedBy")
    if len(started_by or "") > _LONGEST_STARTED_BY:
        raise invalid(f"startedBy cannot be longer than {_LONGEST_STARTED_BY} characters.")
    tags = request.get("tags", [])
    if request.get("propagateTags") == "TASK_DEFINITION":
        tags = [*ecs.definitions.tags[definition["taskDefinitionArn"]], *tags]
    tasks = []
    for _ in range(count):
        task_id = ecs.arns.task_id()
        task = Task(
            task_id,
            ecs.arns.task(cluster.name, task_id),
            cluster.name,
            overridden(definition, overrides),
            request.get("group") or f"family:{definition['family']}",
            ecs.clock,
            settings=settings,
            tags=[*tags],
            started_by=started_by,
        )
        cluster.tasks[task_id] = task
        tasks.append(task)
    return {"tasks": [task_serializers.task(each, ecs.arns, tags=True) for each in tasks], "failures": []}


def stop(ecs: Scheduler, request: StopTaskRequestTypeDef) -> Answer:
    cluster = ecs.clusters.find(request.get("cluster"))
    task = cluster.tasks.get(name_in(request["task"]))
    if not task:
        raise invalid("The referenced task was not found.")
    reason = request.get("reason") or "Task stopped by user"
    task.stop("UserInitiated", reason, ecs.now, ecs.outside.targets)
    return {"task": task_serializers.task(task, ecs.arns)}


def describe(ecs: Scheduler, request: DescribeTasksRequestTypeDef) -> Answer:
    cluster = ecs.clusters.find(request.get("cluster"))
    if not 1 <= len(request["tasks"]) <= _MOST_DESCRIBED:
        raise invalid(f"Tasks should have between 1 and {_MOST_DESCRIBED} names.")
    tasks, failures = [], []
    for reference in request["tasks"]:
        found = cluster.tasks.get(name_in(reference))
        if found:
            tasks.append(task_serializers.task(found, ecs.arns, "TAGS" in request.get("include", [])))
        else:
            arn = reference if reference.startswith("arn:") else ecs.arns.task(cluster.name, reference)
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"tasks": tasks, "failures": failures}


def list_all(ecs: Scheduler, request: ListTasksRequestTypeDef) -> Answer:
    cluster = ecs.clusters.find(request.get("cluster"))
    if request.get("containerInstance") or request.get("daemonName"):
        raise invalid("The emulator has no container instances and no daemons.")
    if request.get("serviceName"):
        cluster.service(request["serviceName"])
    found = [each for each in cluster.tasks.values() if _matches(each, request)]
    arns, more = page([each.arn for each in found], request)
    return {"taskArns": arns, **more}


def _matches(task: Task, request: ListTasksRequestTypeDef) -> bool:
    """`desiredStatus` is RUNNING unless it is asked for; no task's is ever PENDING.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
    """
    service = name_in(request["serviceName"]) if request.get("serviceName") else None
    return (
        task.desired_status == (request.get("desiredStatus") or "RUNNING")
        and service in (None, task.service)
        and (request.get("family") or task.definition["family"]) == task.definition["family"]
        and (request.get("startedBy") or task.started_by) == task.started_by
        and request.get("launchType") in (None, task.launch_type)
    )


def _check_overrides(overrides: Mapping[str, Any], definition: TaskDefinitionTypeDef) -> None:
    known = {container["name"] for container in definition["containerDefinitions"]}
    for each in overrides.get("containerOverrides", []):
        if each.get("name") not in known:
            message = f"Override for container named {each.get('name')} is not a container in the TaskDefinition."
            raise invalid(message)


OPERATIONS: OwnerOperations[Scheduler] = {
    "RunTask": run,
    "StopTask": stop,
    "DescribeTasks": describe,
    "ListTasks": list_all,
}
