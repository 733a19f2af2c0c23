"""ECS operations on capacity providers: Fargate's two, and those that clusters are associated with.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-capacity-providers.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler import task_serializers
from ecs_emulator.scheduler.arns import name as name_of
from ecs_emulator.scheduler.definitions import FARGATE_PROVIDERS
from ecs_emulator.scheduler.paging import page
from ecs_emulator.scheduler.scheduler import Scheduler

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        DescribeCapacityProvidersRequestTypeDef,
        PutClusterCapacityProvidersRequestTypeDef,
    )

    from ecs_emulator.cloud.service import Answer, OwnerOperations

_EVERYTHING = {"include": ["TAGS", "SETTINGS", "CONFIGURATIONS"]}
_MOST = 20  # providers of a cluster
_NOT_OF_CLUSTER = (
    "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the "
    "cluster. Associate the capacity provider with the cluster and try again."
)


def describe(ecs: Scheduler, request: DescribeCapacityProvidersRequestTypeDef) -> Answer:
    of = [ecs.clusters.find(request["cluster"])] if "cluster" in request else ecs.clusters.all()
    own = sorted({name for each in of for name in each.options.get("capacityProviders", [])} - {*FARGATE_PROVIDERS})
    known = [*FARGATE_PROVIDERS, *own]
    asked = request.get("capacityProviders")
    found, more = page([each for each in known if asked is None or each in map(name_of, asked)], request, 10)
    missing = [each for each in asked or () if name_of(each) not in known]
    return {
        "capacityProviders": [_shape(ecs, each) for each in found],
        "failures": [{"arn": _arn(ecs, each), "reason": "MISSING"} for each in missing],
        **more,
    }


def put(ecs: Scheduler, request: PutClusterCapacityProvidersRequestTypeDef) -> Answer:
    found = ecs.clusters.find(request["cluster"])
    providers, strategy = request["capacityProviders"], request["defaultCapacityProviderStrategy"]
    check(providers, strategy)
    found.options |= {"capacityProviders": providers, "defaultCapacityProviderStrategy": strategy}
    return {"cluster": task_serializers.cluster(found, _EVERYTHING)}


def check(providers: Iterable[str], strategy: Iterable[Mapping[str, Any]]) -> None:
    """Raises AwsError for a strategy of a cluster that its providers do not have."""
    known, items = {*providers}, list(strategy)
    if len(known) > _MOST or len(items) > _MOST:
        raise AwsError("InvalidParameterException", f"A cluster can have at most {_MOST} capacity providers.")
    if any(each["capacityProvider"] not in known for each in items):
        raise AwsError("InvalidParameterException", _NOT_OF_CLUSTER)
    if sum(each.get("base", 0) > 0 for each in items) > 1:
        raise AwsError("InvalidParameterException", "Only one capacity provider in a strategy can have a base defined.")


def _shape(ecs: Scheduler, name: str) -> dict[str, Any]:
    shape = {"capacityProviderArn": _arn(ecs, name), "name": name, "status": "ACTIVE", "tags": []}
    return {**shape, "type": name} if name in FARGATE_PROVIDERS else shape


def _arn(ecs: Scheduler, reference: str) -> str:
    return reference if reference.startswith("arn:") else ecs.arns.capacity_provider(reference)


OPERATIONS: OwnerOperations[Scheduler] = {
    "DescribeCapacityProviders": describe,
    "PutClusterCapacityProviders": put,
}
