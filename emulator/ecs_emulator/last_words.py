"""Last words of tasks that died: what the events of a stack do not tell."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import boto3

from ecs_emulator.ops.services import Named
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.tasks import deaths


def last_words(session: boto3.Session, outputs: Mapping[str, str]) -> list[str]:
    """Lines on the task of each revision that died last: why, and what it said."""
    ecs, target = session.client("ecs"), Target(session, dict(outputs))
    # A stack that went back took its revision with it.
    lists = [ecs.list_task_definitions(status=status) for status in ("ACTIVE", "INACTIVE")]
    revisions = [arn for each in lists for arn in each["taskDefinitionArns"]]
    lines: list[str] = []
    for cluster in ecs.list_clusters()["clusterArns"]:
        # One that goes meanwhile has no words: what is told is why its stack failed.
        with suppress(ecs.exceptions.ClusterNotFoundException):
            for revision in revisions:
                for death in deaths(target, Named(cluster, ""), revision, most=1):
                    lines += death.summary()
    return lines
