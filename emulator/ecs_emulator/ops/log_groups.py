"""Log groups of services, and the tasks that write to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from ecs_emulator.ops import revisions
from ecs_emulator.ops.outcomes import Failure, Outcome, choices, is_missing
from ecs_emulator.ops.services import Named, describe, names, short
from ecs_emulator.ops.target import NoTarget, Target
from ecs_emulator.ops.tasks import awslogs

_FEW = 10  # that are listed for who has named another


def log_group(target: Target) -> str:
    """The one log group of all services. Raises NoTarget, Failure (USAGE)."""
    services = [describe(target.ecs, Named(target.cluster, name)) for name in names(target)]
    definitions = [revisions.read(target.ecs, service["taskDefinition"]) for service in services]
    found = sorted({options["awslogs-group"] for each in definitions for _, options in awslogs(each)})
    if not found:
        raise NoTarget("No service here logs to CloudWatch by `awslogs`.")
    if len(found) > 1:
        raise Failure(Outcome.USAGE, f"Say which log group, with --group. There are: {', '.join(found)}.")
    return found[0]


@contextmanager
def existing(target: Target, group: str) -> Iterator[None]:
    """Context in which a log group is read. Raises Failure (NOT_FOUND), with those that there are."""
    try:
        yield
    except ClientError as error:
        if not is_missing(error):
            raise
        there = [each["logGroupName"] for each in target.logs.describe_log_groups(limit=_FEW)["logGroups"]]
        raise Failure(Outcome.NOT_FOUND, f"There is no log group {group}. {choices(there)}") from error


def check_task(target: Target, task: str) -> None:
    """Check that a task of the cluster has `task` in its id, where a cluster is known; stopped ones count for an hour.

    Raises Failure (NOT_FOUND), with those that run.
    """
    try:
        cluster = target.cluster
    except Failure:
        return
    pages = target.ecs.get_paginator("list_tasks")
    running, stopped = (
        [short(arn) for page in pages.paginate(cluster=cluster, desiredStatus=status) for arn in page["taskArns"]]
        for status in ("RUNNING", "STOPPED")
    )
    if not any(task in each for each in (*running, *stopped)):
        listed = f"Running are: {', '.join(each[:8] for each in running[:_FEW])}." if running else "None is running."
        raise Failure(Outcome.NOT_FOUND, f"No task {task} is known to ECS. {listed}")
