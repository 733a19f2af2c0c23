"""ECS operations on task definitions."""

from __future__ import annotations

from typing import Any

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler.definitions import ACTIVE, INACTIVE
from ecs_emulator.scheduler.paging import page
from ecs_emulator.scheduler.scheduler import Scheduler

Document = dict[str, Any]


def register(ecs: Scheduler, asked: Document) -> Document:
    definition = ecs.definitions.register(asked)
    return {"taskDefinition": definition, "tags": ecs.definitions.tags[definition["taskDefinitionArn"]]}


def describe(ecs: Scheduler, asked: Document) -> Document:
    found = ecs.definitions.find(asked["taskDefinition"])
    tags = ecs.definitions.tags[found["taskDefinitionArn"]] if "TAGS" in asked.get("include", []) else []
    return {"taskDefinition": found, "tags": tags}


def deregister(ecs: Scheduler, asked: Document) -> Document:
    return {"taskDefinition": ecs.definitions.deregister(asked["taskDefinition"])}


def delete(ecs: Scheduler, asked: Document) -> Document:
    deleted, failures = [], []
    for reference in asked["taskDefinitions"]:
        try:
            deleted.append(ecs.definitions.delete(reference))
        except AwsError as error:
            failures.append({"arn": reference, "reason": error.message})
    return {"taskDefinitions": deleted, "failures": failures}


def list_revisions(ecs: Scheduler, asked: Document) -> Document:
    status = asked.get("status") or ACTIVE
    found = [each for each in ecs.definitions.all() if each["status"] == status]
    if asked.get("familyPrefix"):
        found = [each for each in found if each["family"] == asked["familyPrefix"]]
    if asked.get("sort") == "DESC":
        found.reverse()
    arns, more = page([each["taskDefinitionArn"] for each in found], asked)
    return {"taskDefinitionArns": arns, **more}


def list_families(ecs: Scheduler, asked: Document) -> Document:
    every = {each["family"] for each in ecs.definitions.all()}
    active = {each["family"] for each in ecs.definitions.all() if each["status"] == ACTIVE}
    chosen = {ACTIVE: active, INACTIVE: every - active}.get(asked.get("status") or ACTIVE, every)
    prefix = asked.get("familyPrefix", "")
    families, more = page(sorted(each for each in chosen if each.startswith(prefix)), asked)
    return {"families": families, **more}


OPERATIONS = {
    "RegisterTaskDefinition": register,
    "DescribeTaskDefinition": describe,
    "DeregisterTaskDefinition": deregister,
    "DeleteTaskDefinitions": delete,
    "ListTaskDefinitions": list_revisions,
    "ListTaskDefinitionFamilies": list_families,
}
