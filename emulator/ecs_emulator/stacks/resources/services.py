"""ECS services: made and changed, and waited for until they are steady, as CloudFormation does.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ecs_emulator.stacks.resources.fitting import call
from ecs_emulator.stacks.resources.kind import (
    TAGS,
    Kind,
    Made,
    Place,
    Properties,
    Unfinished,
    changed,
    finishing,
    handler_message,
)
from ecs_emulator.stacks.resources.tasks import tag
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


def _create(place: Place, name: str, properties: Properties) -> Made:
    wanted = {"ServiceName": name, **_as_api(properties)}
    if properties.get("SchedulingStrategy") != "DAEMON":
        wanted.setdefault("DesiredCount", 1)
    service = call(place.client("ecs"), "CreateService", wanted, _SERVICE)["service"]
    made = Made(service["serviceArn"], {"Name": service["serviceName"], "ServiceArn": service["serviceArn"]})
    with finishing(made):
        _wait(place, made, service["clusterArn"], new=True)
    return made


def _update(place: Place, made: Made, before: Properties, after: Properties) -> Made:
    ecs = place.client("ecs")
    old = _described(ecs, made, before.get("Cluster", "default"))
    differing = changed(before, after)
    wanted: Properties = {name: [] for name in differing & _LISTS} | after
    wanted = {name: value for name, value in wanted.items() if name not in _REPLACED_BY | {"Tags"}}
    wanted |= {"Cluster": old["clusterArn"], "Service": made.attributes["Name"]}
    with finishing(made):
        if "Tags" in differing:
            tag(place, made.ref, before, after)
        forced = {"ForceNewDeployment": True} if _FORCED in differing and _is_forced(after) else {}
        service = call(ecs, "UpdateService", {**_as_api(wanted), **forced}, _SERVICE)["service"]
        _wait(place, made, old["clusterArn"], new=_primary(service) != _primary(old))
    return made


def _delete(place: Place, made: Made, properties: Properties) -> None:
    ecs, cluster = place.client("ecs"), properties.get("Cluster", "default")
    ecs.delete_service(cluster=cluster, service=made.attributes["Name"], force=True)
    _until(place, lambda: _is_gone(ecs, made, cluster), f"{made.attributes['Name']} still drains")


def _as_api(properties: Properties) -> Properties:
    """Without what CloudFormation alone knows; `PlacementStrategies` under the API's name."""
    renamed = {"PlacementStrategies": "PlacementStrategy"}
    return {renamed.get(name, name): value for name, value in properties.items() if name != _FORCED}


def _is_forced(properties: Properties) -> bool:
    return str(properties.get(_FORCED, {}).get("EnableForceNewDeployment", False)).lower() == "true"


def _described(ecs: Any, made: Made, cluster: str) -> Any:
    services = ecs.describe_services(cluster=cluster, services=[made.attributes["Name"]])["services"]
    if not services:
        raise TemplateError(f"The service {made.attributes['Name']} is not there any more.")
    return services[0]


def _is_gone(ecs: Any, made: Made, cluster: str) -> bool:
    services = ecs.describe_services(cluster=cluster, services=[made.attributes["Name"]])["services"]
    return not services or services[0]["status"] == "INACTIVE"


def _primary(service: Any) -> str | None:
    return next((each["id"] for each in service["deployments"] if each["status"] == "PRIMARY"), None)


def _wait(place: Place, made: Made, cluster: str, *, new: bool) -> None:
    """Until the service is steady; `new` says that a deployment has just begun. Raises Unfinished when it fails."""
    ecs = place.client("ecs")
    if new:
        _wait_for_deployment(place, ecs, made, cluster)

    def is_steady() -> bool:
        service = _described(ecs, made, cluster)
        return len(service["deployments"]) == 1 and service["runningCount"] == service["desiredCount"]

    _until(place, is_steady, f"{made.attributes['Name']} did not stabilize")


def _wait_for_deployment(place: Place, ecs: Any, made: Made, cluster: str) -> None:
    name = made.attributes["Name"]
    briefs = ecs.list_service_deployments(cluster=cluster, service=name)["serviceDeployments"]
    if not briefs:
        return
    newest = max(briefs, key=lambda brief: brief["createdAt"])["serviceDeploymentArn"]

    def is_over() -> bool:
        [deployment] = ecs.describe_service_deployments(serviceDeploymentArns=[newest])["serviceDeployments"]
        if deployment["status"] in _FAILED:
            raise Unfinished(_why(deployment), made)
        return bool(deployment["status"] == "SUCCESSFUL")

    _until(place, is_over, f"{name} did not stabilize")


def _why(deployment: Any) -> str:
    if deployment.get("deploymentCircuitBreaker", {}).get("status") == "TRIGGERED":
        return BREAKER
    return handler_message(deployment.get("statusReason") or f"The deployment ended as {deployment['status']}.")


def _until(place: Place, is_so: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + place.patience
    while not is_so():
        if time.monotonic() > deadline:
            raise TemplateError(f"{otherwise} after {place.patience:.0f} s.")
        place.pause()


SERVICE = Kind(
    _create,
    _update,
    _delete,
    replaced_by=_REPLACED_BY,
    name="ServiceName",
    schema={"Cluster?": TEXT, "ForceNewDeployment?": MAP, "ServiceName?": TEXT, "Tags?": TAGS},
)
