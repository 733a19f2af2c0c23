"""Invariants of answers: they fit botocore's model of the API, and their counts are those of the tasks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from emulator.simulation.shapes import Misfit, check_answer
from emulator.simulation.trace import Violation
from emulator.simulation.world import CLUSTER, World

_AT_ONCE = 100


def check(world: World, shapes: bool) -> None:
    """Ask for everything there is; compare with botocore's `shapes` if wanted. Raises Violation."""
    tasks = [
        task
        for status in ("RUNNING", "STOPPED")
        for task in _tasks(
            world, [*_all(world, "ListTasks", "taskArns", cluster=CLUSTER, desiredStatus=status)], shapes
        )
    ]
    for name in world.cluster.services:
        (service,) = _ask(world, shapes, "DescribeServices", cluster=CLUSTER, services=[name])["services"]
        _check_counts(service, [task for task in tasks if task["group"] == f"service:{name}"])
        arns = [*_all(world, "ListServiceDeployments", "serviceDeployments", cluster=CLUSTER, service=name)]
        chosen = [each["serviceDeploymentArn"] for each in arns[:20]]
        found = _ask(world, shapes, "DescribeServiceDeployments", serviceDeploymentArns=chosen)
        revisions = [each["targetServiceRevision"]["arn"] for each in found["serviceDeployments"]]
        _ask(world, shapes, "DescribeServiceRevisions", serviceRevisionArns=revisions)
    (cluster,) = _ask(world, shapes, "DescribeClusters", clusters=[CLUSTER])["clusters"]
    running = sum(task["lastStatus"] == "RUNNING" for task in tasks)
    if cluster["runningTasksCount"] != running:
        raise Violation("counts", f"the cluster shows {cluster['runningTasksCount']} running tasks and has {running}")


def _check_counts(service: dict[str, Any], tasks: list[dict[str, Any]]) -> None:
    desired = [task for task in tasks if task["desiredStatus"] == "RUNNING"]
    for what, shown, mine in [
        ("the service", service, desired),
        *(
            (each["id"], each, [task for task in desired if task["startedBy"] == each["id"]])
            for each in service["deployments"]
        ),
    ]:
        running = sum(task["lastStatus"] == "RUNNING" for task in mine)
        found = (running, len(mine) - running)
        if (shown["runningCount"], shown["pendingCount"]) != found:
            counts = f"{shown['runningCount']} running, {shown['pendingCount']} pending"
            raise Violation("counts", f"{what} shows {counts}, its tasks are {found}")
    if service["status"] == "ACTIVE" and service["desiredCount"] != service["deployments"][0]["desiredCount"]:
        raise Violation("counts", "the primary deployment is to have another number of tasks than the service")


def _tasks(world: World, arns: list[str], shapes: bool) -> Iterable[dict[str, Any]]:
    for first in range(0, len(arns), _AT_ONCE):
        yield from _ask(world, shapes, "DescribeTasks", cluster=CLUSTER, tasks=arns[first : first + _AT_ONCE])["tasks"]


def _all(world: World, operation: str, member: str, **request: Any) -> Iterable[Any]:
    answer = _ask(world, False, operation, **request)
    yield from answer[member]
    while "nextToken" in answer:
        answer = _ask(world, False, operation, **request, nextToken=answer["nextToken"])
        yield from answer[member]


def _ask(world: World, shapes: bool, operation: str, **request: Any) -> dict[str, Any]:
    answer = world.call(operation, **request)
    if answer is None:
        raise Violation("answers", f"{operation} is refused for {request}")
    if shapes:
        try:
            check_answer(operation, answer)
        except Misfit as misfit:
            raise Violation("answers", str(misfit)) from misfit
    digest = hashlib.sha256(json.dumps(answer, default=str).encode()).hexdigest()
    world.trace.add(world.now, f"{operation} is answered with {digest[:16]}")
    return answer
