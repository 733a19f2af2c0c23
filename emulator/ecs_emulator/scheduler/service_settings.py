"""Service settings: which make new tasks, which do not, and which are wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ecs_emulator.cloud import service_quotas
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler import rules
from ecs_emulator.scheduler.clusters import Cluster
from ecs_emulator.scheduler.definitions import FARGATE_PROVIDERS, is_on_fargate
from ecs_emulator.scheduler.deployments import Settings
from ecs_emulator.scheduler.interfaces import TargetRegistry

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef

# A change of any of these is a new deployment.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-parameters.html
REVISED = (
    "taskDefinition",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "networkConfiguration",
    "loadBalancers",
    "serviceRegistries",
    "serviceConnectConfiguration",
)
OPTIONS = (
    "deploymentConfiguration",
    "healthCheckGracePeriodSeconds",
    "availabilityZoneRebalancing",
    "enableECSManagedTags",
    "propagateTags",
    "enableExecuteCommand",
    "placementConstraints",
    "placementStrategy",
    "monitoring",
)


def revised(
    request: Mapping[str, Any], cluster: Cluster, before: Mapping[str, Any], definition: TaskDefinitionTypeDef
) -> Settings:
    """The settings of a service's next revision: those `before` with what is asked for. Raises AwsError.

    A task that nobody places anywhere is one of the EC2 launch type, and every cluster here has room for one that does
    not ask for Fargate.
    """
    settings = {**before, **{key: request[key] for key in REVISED if key in request}}
    if settings.get("launchType") and settings.get("capacityProviderStrategy"):
        if "capacityProviderStrategy" not in request or "launchType" in request:
            raise invalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one.")
        del settings["launchType"]
    if not settings.get("launchType") and not settings.get("capacityProviderStrategy"):
        strategy = cluster.options.get("defaultCapacityProviderStrategy")
        if strategy:
            settings["capacityProviderStrategy"] = strategy
        elif "FARGATE" in definition.get("requiresCompatibilities", []):
            raise invalid("No Container Instances were found in your cluster.")
        else:
            settings["launchType"] = "EC2"
    known = {*FARGATE_PROVIDERS, *cluster.options.get("capacityProviders", [])}
    for item in settings.get("capacityProviderStrategy", []):
        if item["capacityProvider"] not in known:
            message = f"The specified capacity provider '{item['capacityProvider']}' was not found. "
            raise invalid(f"{message}Specify a valid name or ARN and try again.")
    if is_on_fargate(settings):
        settings.setdefault("platformVersion", "LATEST")
    return settings


def check_role(settings: Mapping[str, Any], definition: TaskDefinitionTypeDef, verb: str) -> None:
    """Raises AwsError for ECS Exec without a task role, by which its agent would reach the Session Manager; the service
    is to be `created` or `updated`.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
    """
    if settings.get("enableExecuteCommand") and not definition.get("taskRoleArn"):
        message = f"The service couldn't be {verb} because a valid taskRoleArn is not being used."
        raise invalid(f"{message} Specify a valid task role in your task definition and try again.")


def check_load_balancers(
    settings: Mapping[str, Any], definition: TaskDefinitionTypeDef, targets: TargetRegistry
) -> None:
    """Raises AwsError unless every one names a port of the task and a target group in use.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
    """
    containers = {container["name"]: container for container in definition["containerDefinitions"]}
    for each in settings.get("loadBalancers", []):
        if not each.get("targetGroupArn"):
            raise invalid("targetGroupArn can not be blank.")
        container = containers.get(each.get("containerName"))
        if container is None:
            message = f"The container {each.get('containerName')} does not exist in the task definition."
            raise invalid(message)
        if each.get("containerPort") not in {one.get("containerPort") for one in container["portMappings"]}:
            message = (
                f"The container {container['name']} did not have a container port {each.get('containerPort')} defined."
            )
            raise invalid(message)
        if not targets.is_balanced(each["targetGroupArn"]):
            arn = each["targetGroupArn"]
            raise invalid(f"The target group with targetGroupArn {arn} does not have an associated load balancer.")


def options(request: Mapping[str, Any], before: Mapping[str, Any]) -> Settings:
    """The settings that make no new tasks: those `before` with what is asked for. Raises AwsError."""
    found = {**before, **{key: request[key] for key in OPTIONS if key in request}}
    found["deploymentConfiguration"] = {
        "minimumHealthyPercent": rules.MINIMUM_HEALTHY_PERCENT,
        "maximumPercent": rules.MAXIMUM_PERCENT,
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
        **before.get("deploymentConfiguration", {}),
        **request.get("deploymentConfiguration", {}),
    }
    _check_configuration(found["deploymentConfiguration"])
    if found.setdefault("healthCheckGracePeriodSeconds", 0) < 0:
        raise invalid("Health check grace period seconds must not be negative.")
    return found


def _check_configuration(configuration: Mapping[str, Any]) -> None:
    minimum, maximum = configuration["minimumHealthyPercent"], configuration["maximumPercent"]
    if not 0 <= minimum <= 100:
        raise invalid("minimumHealthyPercent should be between 0 and 100.")
    if maximum < 100:
        raise invalid("maximumPercent should be at least 100.")
    if minimum == maximum == 100:
        raise invalid("Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.")
    configured = configuration["deploymentCircuitBreaker"].get("thresholdConfiguration")
    if configured and configured["value"] < 1:
        raise invalid("The value of thresholdConfiguration should be at least 1.")


def check_name(name: str) -> None:
    """Raises AwsError."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name):
        message = "Service name contains invalid characters. Valid are letters, numbers, hyphens and underscores."
        raise invalid(message)


def check_count(count: int) -> None:
    """Raises AwsError."""
    if not 0 <= count <= service_quotas.TASKS:
        raise invalid(f"desiredCount should be between 0 and {service_quotas.TASKS}.")


def invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)
