"""ECS operations on task definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler.definitions import ACTIVE, INACTIVE
from ecs_emulator.scheduler.paging import page
from ecs_emulator.scheduler.scheduler import Scheduler

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        DeleteTaskDefinitionsRequestTypeDef,
        DeregisterTaskDefinitionRequestTypeDef,
        DescribeTaskDefinitionRequestTypeDef,
        ListTaskDefinitionFamiliesRequestTypeDef,
        ListTaskDefinitionsRequestTypeDef,
        RegisterTaskDefinitionRequestTypeDef,
    )

    from ecs_emulator.cloud.service import Answer, OwnerOperations


def register(ecs: Scheduler, request: RegisterTaskDefinitionRequestTypeDef) -> Answer:
    definition = ecs.definitions.register(request)
    return {"taskDefinition": definition, "tags": ecs.definitions.tags[definition["taskDefinitionArn"]]}


def describe(ecs: Scheduler, request: DescribeTaskDefinitionRequestTypeDef) -> Answer:
    found = ecs.definitions.find(request["taskDefinition"])
    tags = ecs.definitions.tags[found["taskDefinitionArn"]] if "TAGS" in request.get("include", []) else []
    return {"taskDefinition": found, "tags": tags}


def deregister(ecs: Scheduler, request: DeregisterTaskDefinitionRequestTypeDef) -> Answer:
    return {"taskDefinition": ecs.definitions.deregister(request["taskDefinition"])}


def delete(ecs: Scheduler, request: DeleteTaskDefinitionsRequestTypeDef) -> Answer:
    deleted, failures = [], []
    for reference in request["taskDefinitions"]:
        try:
            deleted.append(ecs.definitions.delete(reference))
        except AwsError as error:
            failures.append({"arn": reference, "reason": error.message})
    return {"taskDefinitions": deleted, "failures": failures}


def list_revisions(ecs: Scheduler, request: ListTaskDefinitionsRequestTypeDef) -> Answer:
    status = request.get("status") or ACTIVE
    found = [each for each in ecs.definitions.all() if each["status"] == status]
    if request.get("familyPrefix"):
        found = [each for each in found if each["family"] == request["familyPrefix"]]
    if request.get("sort") == "DESC":
        found.reverse()
    arns, more = page([each["taskDefinitionArn"] for each in found], request)
    return {"taskDefinitionArns": arns, **more}


def list_families(ecs: Scheduler, request: ListTaskDefinitionFamiliesRequestTypeDef) -> Answer:
    every = {each["family"] for each in ecs.definitions.all()}
    active = {each["family"] for each in ecs.definitions.all() if each["status"] == ACTIVE}
    chosen = {ACTIVE: active, INACTIVE: every - active}.get(request.get("status") or ACTIVE, every)
    prefix = request.get("familyPrefix", "")
    families, more = page(sorted(each for each in chosen if each.startswith(prefix)), request)
    return {"families": families, **more}


OPERATIONS: OwnerOperations[Scheduler] = {
    "RegisterTaskDefinition": register,
    "DescribeTaskDefinition": describe,
    "DeregisterTaskDefinition": deregister,
    "DeleteTaskDefinitions": delete,
    "ListTaskDefinitions": list_revisions,
    "ListTaskDefinitionFamilies": list_families,
}
