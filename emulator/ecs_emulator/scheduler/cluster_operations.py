"""ECS operations on clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecs_emulator.scheduler import account_settings, task_serializers
from ecs_emulator.scheduler.capacity_providers import check as check_providers
from ecs_emulator.scheduler.paging import page
from ecs_emulator.scheduler.scheduler import Scheduler

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        CreateClusterRequestTypeDef,
        DeleteClusterRequestTypeDef,
        DescribeClustersRequestTypeDef,
        ListClustersRequestTypeDef,
        UpdateClusterRequestTypeDef,
    )

    from ecs_emulator.cloud.service import Answer, OwnerOperations


_EVERYTHING = {"include": ["TAGS", "SETTINGS", "CONFIGURATIONS"]}


def create(ecs: Scheduler, request: CreateClusterRequestTypeDef) -> Answer:
    check_providers(request.get("capacityProviders", []), request.get("defaultCapacityProviderStrategy", []))
    if not request.get("settings"):
        insights = account_settings.default(ecs, "containerInsights")
        request = {**request, "settings": [{"name": "containerInsights", "value": insights}]}
    return {"cluster": task_serializers.cluster(ecs.clusters.create(request), _EVERYTHING)}


def describe(ecs: Scheduler, request: DescribeClustersRequestTypeDef) -> Answer:
    clusters, failures = [], []
    for reference in request.get("clusters") or ["default"]:
        found = ecs.clusters.known(reference)
        if found:
            clusters.append(task_serializers.cluster(found, request))
        else:
            arn = reference if reference.startswith("arn:") else ecs.arns.cluster(reference)
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"clusters": clusters, "failures": failures}


def list_all(ecs: Scheduler, request: ListClustersRequestTypeDef) -> Answer:
    arns, more = page([each.arn for each in ecs.clusters.all() if each.status == "ACTIVE"], request)
    return {"clusterArns": arns, **more}


def delete(ecs: Scheduler, request: DeleteClusterRequestTypeDef) -> Answer:
    return {"cluster": task_serializers.cluster(ecs.clusters.delete(request["cluster"]), _EVERYTHING)}


def update(ecs: Scheduler, request: UpdateClusterRequestTypeDef) -> Answer:
    found = ecs.clusters.find(request["cluster"])
    changed = {each["name"]: each for each in request.get("settings", [])}
    found.settings = list(({each["name"]: each for each in found.settings} | changed).values())
    found.options |= {key: request[key] for key in ("configuration", "serviceConnectDefaults") if key in request}
    return {"cluster": task_serializers.cluster(found, _EVERYTHING)}


OPERATIONS: OwnerOperations[Scheduler] = {
    "CreateCluster": create,
    "DescribeClusters": describe,
    "ListClusters": list_all,
    "DeleteCluster": delete,
    "UpdateCluster": update,
    "UpdateClusterSettings": update,
}
