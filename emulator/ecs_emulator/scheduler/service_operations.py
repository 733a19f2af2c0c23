"""ECS operations on services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecs_emulator.scheduler import outcome, serializers
from ecs_emulator.scheduler.arns import name as name_in
from ecs_emulator.scheduler.clusters import Cluster
from ecs_emulator.scheduler.definitions import is_on_fargate
from ecs_emulator.scheduler.deployments import Deployment, ServiceDeployment, ServiceRevision, Settings
from ecs_emulator.scheduler.events import ServiceEvents
from ecs_emulator.scheduler.features import INSTANCES
from ecs_emulator.scheduler.paging import page
from ecs_emulator.scheduler.scheduler import Scheduler
from ecs_emulator.scheduler.service_settings import (
    check_count,
    check_load_balancers,
    check_name,
    check_role,
    invalid,
    options,
    revised,
)
from ecs_emulator.scheduler.services import Service

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        CreateServiceRequestTypeDef,
        DeleteServiceRequestTypeDef,
        DescribeServicesRequestTypeDef,
        ListServicesRequestTypeDef,
        TaskDefinitionTypeDef,
        UpdateServiceRequestTypeDef,
    )

    from ecs_emulator.cloud.service import Answer, OwnerOperations


_AT_ONCE = 10  # services that one call may describe


def create(ecs: Scheduler, request: CreateServiceRequestTypeDef) -> Answer:
    cluster = ecs.clusters.find(request.get("cluster"))
    name = request["serviceName"]
    check_name(name)
    there = cluster.services.get(name)
    if there and there.status == "DRAINING":
        raise invalid("Unable to Start a service that is still Draining.")
    if there and there.status == "ACTIVE":
        raise invalid("Creation of service was not idempotent.")
    if not request.get("taskDefinition"):
        raise invalid("Task definition can not be blank.")
    desired = request.get("desiredCount", 1)
    check_count(desired)
    definition = ecs.definitions.find(request["taskDefinition"], "TaskDefinition not found.")
    settings = revised(request, cluster, {}, definition)
    check_role(request, definition, "created")
    service = Service(
        name,
        ecs.arns.service(cluster.name, name),
        cluster.name,
        desired,
        options(request, {}),
        ServiceEvents(name, ecs.arns, ecs.clock),
        ecs.clock.now(),
        tags=list(request.get("tags", [])),
    )
    _deploy(ecs, service, settings)
    cluster.services[name] = service
    return {"service": serializers.service(service, ecs.arns, tags=True)}


def update(ecs: Scheduler, request: UpdateServiceRequestTypeDef) -> Answer:
    cluster = ecs.clusters.find(request.get("cluster"))
    service = cluster.active_service(request["service"])
    desired = request.get("desiredCount", service.desired)
    check_count(desired)
    before = service.primary.revision.settings
    definition = ecs.definitions.find(
        request.get("taskDefinition", before["taskDefinition"]), "TaskDefinition not found."
    )
    settings = revised(request, cluster, before, definition)
    if "taskDefinition" in request:
        settings["taskDefinition"] = definition["taskDefinitionArn"]
    changed_options = options(request, service.options)
    check_role(changed_options, definition, "updated")
    is_new = settings != before or request.get("forceNewDeployment", False)
    if is_new or request.get("loadBalancers"):
        _check(ecs, settings)
    service.options = changed_options
    service.scale(desired)
    if is_new:
        _deploy(ecs, service, settings)
    return {"service": serializers.service(service, ecs.arns)}


def delete(ecs: Scheduler, request: DeleteServiceRequestTypeDef) -> Answer:
    service = ecs.clusters.find(request.get("cluster")).service(request["service"])
    if service.status == "ACTIVE":
        if service.desired > 0 and not request.get("force"):
            raise invalid("The service cannot be stopped while it is scaled above 0.")
        outcome.supersede(service)
        service.status, service.desired = "DRAINING", 0
        for deployment in service.deployments:
            deployment.desired = 0
    return {"service": serializers.service(service, ecs.arns)}


def describe(ecs: Scheduler, request: DescribeServicesRequestTypeDef) -> Answer:
    cluster = ecs.clusters.find(request.get("cluster"))
    if not 1 <= len(request["services"]) <= _AT_ONCE:
        raise invalid(f"Services should have between 1 and {_AT_ONCE} names.")
    services, failures = [], []
    for reference in request["services"]:
        found = cluster.services.get(name_in(reference))
        if found:
            services.append(serializers.service(found, ecs.arns, "TAGS" in request.get("include", [])))
        else:
            arn = reference if reference.startswith("arn:") else ecs.arns.service(cluster.name, reference)
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"services": services, "failures": failures}


def list_all(ecs: Scheduler, request: ListServicesRequestTypeDef) -> Answer:
    cluster = ecs.clusters.find(request.get("cluster"))
    found = [each for each in cluster.services.values() if each.status != "INACTIVE" and _matches(each, request)]
    arns, more = page([each.arn for each in found], request)
    return {"serviceArns": arns, **more}


def _matches(service: Service, request: ListServicesRequestTypeDef) -> bool:
    """By launch type, strategy and who manages it: every service here is of one kind, but for its launch type."""
    launch_type = service.primary.revision.settings.get("launchType")
    return (
        request.get("launchType") in (None, launch_type)
        and request.get("schedulingStrategy") in (None, "REPLICA")
        and request.get("resourceManagementType") in (None, "CUSTOMER")
    )


def _check(ecs: Scheduler, settings: Settings) -> TaskDefinitionTypeDef:
    definition = ecs.definitions.runnable(settings["taskDefinition"], settings)
    if not is_on_fargate(settings):
        ecs.note_without_effect([INSTANCES])
    check_load_balancers(settings, definition, ecs.outside.targets)
    return definition


def _deploy(ecs: Scheduler, service: Service, settings: Settings) -> None:
    """Begin a deployment of a new revision with these settings. Raises AwsError."""
    definition = _check(ecs, settings)
    settings["taskDefinition"] = definition["taskDefinitionArn"]
    revision = ServiceRevision(
        ecs.arns.service_revision(service.cluster, service.name),
        settings,
        definition,
        ecs.definitions.tags[definition["taskDefinitionArn"]],
        ecs.clock.now(),
    )
    outcome.supersede(service)
    course = ServiceDeployment(
        ecs.arns.service_deployment(service.cluster, service.name),
        revision,
        [each.revision for each in service.deployments],
        service.configuration,
        ecs.clock,
    )
    service.lead(Deployment(ecs.arns.deployment_id(), revision, service.desired, course))


def service_of(ecs: Scheduler, arn: str) -> tuple[Cluster, Service]:
    """The service that an ARN of a service, a service deployment or a service revision names. Raises AwsError."""
    parts = arn.split(":")[-1].split("/")
    if len(parts) < 3:
        raise invalid("Invalid identifier: " + arn)
    cluster = ecs.clusters.find(parts[1])
    return cluster, cluster.service(parts[2])


OPERATIONS: OwnerOperations[Scheduler] = {
    "CreateService": create,
    "UpdateService": update,
    "DeleteService": delete,
    "DescribeServices": describe,
    "ListServices": list_all,
}
