"""ECS operations on clusters."""

from __future__ import annotations

from typing import Any

from ecs_emulator.scheduler import task_serializers
from ecs_emulator.scheduler.paging import page
from ecs_emulator.scheduler.scheduler import Scheduler

Document = dict[str, Any]

_EVERYTHING = {"include": ["TAGS", "SETTINGS", "CONFIGURATIONS"]}


def create(ecs: Scheduler, asked: Document) -> Document:
    return {"cluster": task_serializers.cluster(ecs.clusters.create(asked), _EVERYTHING)}


def describe(ecs: Scheduler, asked: Document) -> Document:
    clusters, failures = [], []
    for reference in asked.get("clusters") or ["default"]:
        found = ecs.clusters.known(reference)
        if found:
            clusters.append(task_serializers.cluster(found, asked))
        else:
            arn = reference if reference.startswith("arn:") else ecs.arns.cluster(reference)
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"clusters": clusters, "failures": failures}


def list_all(ecs: Scheduler, asked: Document) -> Document:
    arns, more = page([each.arn for each in ecs.clusters.all() if each.status == "ACTIVE"], asked)
    return {"clusterArns": arns, **more}


def delete(ecs: Scheduler, asked: Document) -> Document:
    return {"cluster": task_serializers.cluster(ecs.clusters.delete(asked["cluster"]), _EVERYTHING)}


def update(ecs: Scheduler, asked: Document) -> Document:
    found = ecs.clusters.find(asked["cluster"])
    changed = {each["name"]: each for each in asked.get("settings", [])}
    found.settings = list(({each["name"]: each for each in found.settings} | changed).values())
    found.options |= {key: asked[key] for key in ("configuration", "serviceConnectDefaults") if key in asked}
    return {"cluster": task_serializers.cluster(found, _EVERYTHING)}


def put_capacity_providers(ecs: Scheduler, asked: Document) -> Document:
    found = ecs.clusters.find(asked["cluster"])
    found.options |= {key: asked[key] for key in ("capacityProviders", "defaultCapacityProviderStrategy")}
    return {"cluster": task_serializers.cluster(found, _EVERYTHING)}


OPERATIONS = {
    "CreateCluster": create,
    "DescribeClusters": describe,
    "ListClusters": list_all,
    "DeleteCluster": delete,
    "UpdateCluster": update,
    "UpdateClusterSettings": update,
    "PutClusterCapacityProviders": put_capacity_providers,
}
