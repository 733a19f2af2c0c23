"""ECS services: made and changed, and waited for until they are steady, as CloudFormation does.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from ecs_emulator.cloud import service_quotas
from ecs_emulator.stacks.resources.coercion import call
from ecs_emulator.stacks.resources.provider import (
    TAGS,
    Context,
    PartiallyCreated,
    PhysicalResource,
    Properties,
    Provider,
    changed,
    finishing,
    handler_message,
)
from ecs_emulator.stacks.resources.tasks import tag, unsupported
from ecs_emulator.stacks.schema import MAP, TEXT
from ecs_emulator.stacks.templates import TemplateError

_SERVICE = "AWS::ECS::Service"
_REPLACED_BY = frozenset({"Cluster", "LaunchType", "Role", "SchedulingStrategy", "ServiceName"})
_LISTS = {  # an empty one takes away what a template no longer says
    "CapacityProviderStrategy",
    "LoadBalancers",
    "PlacementConstraints",
    "PlacementStrategies",
    "ServiceRegistries",
    "VolumeConfigurations",
}
_FORCED = "ForceNewDeployment"
BREAKER = handler_message("Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.")
_FAILED = {"ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED", "STOPPED"}


def _create(context: Context, name: str, properties: Properties) -> PhysicalResource:
    request = {"ServiceName": name, **_as_api(properties)}
    if properties.get("SchedulingStrategy") != "DAEMON":
        request.setdefault("DesiredCount", 1)
    service = call(context.client("ecs"), "CreateService", request, _SERVICE)["service"]
    physical = PhysicalResource(
        service["serviceArn"], {"Name": service["serviceName"], "ServiceArn": service["serviceArn"]}
    )
    with finishing(physical):
        _wait(context, physical, service["clusterArn"], new=True)
    return physical


def _update(context: Context, physical: PhysicalResource, before: Properties, after: Properties) -> PhysicalResource:
    ecs = context.client("ecs")
    old = _described(ecs, physical, before.get("Cluster", "default"))
    differing = changed(before, after)
    request: Properties = {name: [] for name in differing & _LISTS} | after
    request = {name: value for name, value in request.items() if name not in _REPLACED_BY | {"Tags"}}
    request |= {"Cluster": old["clusterArn"], "Service": physical.attributes["Name"]}
    with finishing(physical):
        if "Tags" in differing:
            tag(context, physical.ref, before, after)
        forced = {"ForceNewDeployment": True} if _FORCED in differing and _is_forced(after) else {}
        service = call(ecs, "UpdateService", {**_as_api(request), **forced}, _SERVICE)["service"]
        _wait(context, physical, old["clusterArn"], new=_primary(service) != _primary(old))
    return physical


def _delete(context: Context, physical: PhysicalResource, properties: Properties) -> None:
    ecs, cluster = context.client("ecs"), properties.get("Cluster", "default")
    ecs.delete_service(cluster=cluster, service=physical.attributes["Name"], force=True)
    _until(context, lambda: _is_gone(ecs, physical, cluster), f"{physical.attributes['Name']} still drains")


def _as_api(properties: Properties) -> Properties:
    """Without what CloudFormation alone knows; `PlacementStrategies` under the API's name."""
    renamed = {"PlacementStrategies": "PlacementStrategy"}
    return {renamed.get(name, name): value for name, value in properties.items() if name != _FORCED}


def _is_forced(properties: Properties) -> bool:
    return str(properties.get(_FORCED, {}).get("EnableForceNewDeployment", False)).lower() == "true"


def _described(ecs: Any, physical: PhysicalResource, cluster: str) -> Any:
    services = ecs.describe_services(cluster=cluster, services=[physical.attributes["Name"]])["services"]
    if not services:
        raise TemplateError(f"The service {physical.attributes['Name']} is not there any more.")
    return services[0]


def _is_gone(ecs: Any, physical: PhysicalResource, cluster: str) -> bool:
    services = ecs.describe_services(cluster=cluster, services=[physical.attributes["Name"]])["services"]
    return not services or services[0]["status"] == "INACTIVE"


def _primary(service: Any) -> str | None:
    return next((each["id"] for each in service["deployments"] if each["status"] == "PRIMARY"), None)


def _wait(context: Context, physical: PhysicalResource, cluster: str, *, new: bool) -> None:
    """Until the service is steady; `new` says that a deployment has begun. Raises PartiallyCreated when it fails."""
    ecs = context.client("ecs")
    if new:
        _wait_for_deployment(context, ecs, physical, cluster)

    def is_steady() -> bool:
        service = _described(ecs, physical, cluster)
        return len(service["deployments"]) == 1 and service["runningCount"] == service["desiredCount"]

    _until(context, is_steady, f"{physical.attributes['Name']} did not stabilize")


def _wait_for_deployment(context: Context, ecs: Any, physical: PhysicalResource, cluster: str) -> None:
    name = physical.attributes["Name"]
    briefs = ecs.list_service_deployments(cluster=cluster, service=name)["serviceDeployments"]
    if not briefs:
        return
    newest = max(briefs, key=lambda brief: brief["createdAt"])["serviceDeploymentArn"]

    def is_over() -> bool:
        [deployment] = ecs.describe_service_deployments(serviceDeploymentArns=[newest])["serviceDeployments"]
        if deployment["status"] in _FAILED:
            raise PartiallyCreated(_why(deployment), physical)
        return bool(deployment["status"] == "SUCCESSFUL")

    _until(context, is_over, f"{name} did not stabilize")


def _why(deployment: Any) -> str:
    if deployment.get("deploymentCircuitBreaker", {}).get("status") == "TRIGGERED":
        return BREAKER
    return handler_message(deployment.get("statusReason") or f"The deployment ended as {deployment['status']}.")


def _until(context: Context, is_so: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + context.patience
    while not is_so():
        if time.monotonic() > deadline:
            raise TemplateError(f"{otherwise} after {context.patience:.0f} s.")
        context.pause()


def _refusals(properties: Properties) -> Iterator[TemplateError]:
    """An error for each property that ECS would refuse, or that the emulator does."""
    yield from unsupported(properties)
    # What is no number the schema refuses, which knows of no bounds.
    desired = str(properties.get("DesiredCount", ""))
    if re.fullmatch(r"-?\d+", desired) and not 0 <= int(desired) <= service_quotas.TASKS:
        message = f"it is {desired}; it should be a whole number from 0 to {service_quotas.TASKS}."
        yield TemplateError(message).within("DesiredCount")


SERVICE = Provider(
    _create,
    _update,
    _delete,
    replaced_by=_REPLACED_BY,
    name="ServiceName",
    schema={"Cluster?": TEXT, "ForceNewDeployment?": MAP, "ServiceName?": TEXT, "Tags?": TAGS},
    refusals=_refusals,
)
