"""Image parameters that a deployment keeps, so that it brings no old image back.

A pipeline and `mysfits update` register revisions behind CloudFormation's back, as ECS intends; the stack still has the
image tag of its own last deployment, and would put that into service with its next change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecs_emulator.ops import revisions
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.services import Named, describe
from ecs_emulator.ops.target import Target
from ops.stacks.changes import PreparedChangeSet

_PARAMETER = "ImageTag"
_CONCERNED = ("AWS::ECS::TaskDefinition", "AWS::ECS::Service")


def refuse_old_image(target: Target, change_set: PreparedChangeSet, said: Mapping[str, str]) -> list[str]:
    """Warnings about settings that go. Raises Failure (FAILED) when another image than the running one would come.

    `said` are the parameters of the command line: who says a tag means it.
    """
    concerned = any(change.type in _CONCERNED for change in change_set.changes)
    if change_set.is_new or not concerned or _PARAMETER not in change_set.parameters:
        return []
    made = physical_ids(target, change_set.stack)
    if not (arn := made.get("AWS::ECS::Service")):
        return []
    service = describe(target.ecs, named(arn))
    definition = revisions.read(target.ecs, service["taskDefinition"])
    container = revisions.main_container(service, definition)
    image, tag = revisions.image_of(definition, container), change_set.parameters[_PARAMETER]
    if _PARAMETER not in said and not revisions.is_stand_in(image) and revisions.tag_of(image) != tag:
        raise Failure(
            Outcome.FAILED,
            f"{change_set.stack} runs {image}, and this deployment would bring back "
            f"{f'the tag {tag}' if tag else 'the placeholder'}. Say which image is meant: "
            f"--set {change_set.stack}.{_PARAMETER}={revisions.tag_of(image)} keeps the one that runs.",
            stack=change_set.stack,
            running=revisions.tag_of(image),
            would_be=tag,
        )
    own = made.get("AWS::ECS::TaskDefinition")
    if own is None or own == service["taskDefinition"]:
        return []
    differences = revisions.difference(revisions.read(target.ecs, own), definition)
    return [
        f"  ! {line} (made past CloudFormation, and gone after this)" for line in differences if ".environment." in line
    ]


def named(arn: str) -> Named:
    """A service by its ARN."""
    *_, cluster, service = arn.split("/")
    return Named(cluster, service)


def physical_ids(target: Target, stack: str) -> dict[str, str]:
    """Physical ids of a stack's resources: resource type to physical id, of types that it has once."""
    pages = target.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    found: list[Any] = [each for page in pages for each in page["StackResourceSummaries"]]
    return {each["ResourceType"]: each["PhysicalResourceId"] for each in found if each.get("PhysicalResourceId")}
