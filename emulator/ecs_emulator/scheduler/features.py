"""Features of AWS that are not emulated: some are refused, some are accepted without effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ecs_emulator.cloud.errors import AwsError

# Real on AWS, without effect here. Dots lead inwards, lists are looked through.
STORED = {
    "networkConfiguration": "subnets and security groups: every task is on this machine",
    "capacityProviderStrategy": "capacity providers: every task runs here, and no Spot task is taken away",
    "platformVersion": "the platform version",
    "serviceRegistries": "service discovery",
    "serviceConnectConfiguration": "Service Connect",
    "availabilityZoneRebalancing": "Availability Zones",
    "placementConstraints": "placement",
    "placementStrategy": "placement",
    "monitoring": "metrics of a finer resolution",
    "deploymentConfiguration.alarms": "alarms that end a deployment: nothing measures here",
    "deploymentConfiguration.earlySuccessCriteria": "early success: a deployment is done when all of it is",
    "executionRoleArn": "the execution role",
    "proxyConfiguration": "proxies",
    "ephemeralStorage": "the size of the disk",
    "runtimePlatform": "the platform: a task has that of this machine",
    "volumes": "volumes: each is an empty folder of the task, and a process is told where by what names its path",
    "volumes.efsVolumeConfiguration": "EFS: a file system is a folder that tasks share, whoever may mount it",
    "cpu": "limits of CPU and memory",
    "configuration": "the cluster's settings for the log of ECS Exec, its key, and storage",
    "settings": "Container Insights",
    "role": "the role of a service",
}

_ROLLING_ONLY = "Only rolling deployments are emulated."
REFUSED: dict[str, str] = {
    "volumeConfigurations": "The emulator has no volumes that are configured at launch.",
    "vpcLatticeConfigurations": "The emulator has no VPC Lattice.",
    "gatewayConnectors": "The emulator has no gateways.",
    "deploymentConfiguration.lifecycleHooks": _ROLLING_ONLY,
    "deploymentConfiguration.linearConfiguration": _ROLLING_ONLY,
    "deploymentConfiguration.canaryConfiguration": _ROLLING_ONLY,
    "loadBalancers.advancedConfiguration": _ROLLING_ONLY,
    "loadBalancers.loadBalancerName": "The emulator has no Classic Load Balancer; name a target group.",
    "inferenceAccelerators": "The emulator has no accelerators.",
    "volumes.fsxWindowsFileServerVolumeConfiguration": "The emulator has no FSx volumes.",
    "volumes.s3filesVolumeConfiguration": "The emulator has no S3 volumes.",
    "volumes.configuredAtLaunch": "The emulator has no volumes that are configured at launch.",
    "overrides.inferenceAcceleratorOverrides": "The emulator has no accelerators.",
    "overrides.containerOverrides.environmentFiles": "The emulator reads no environment files.",
    "overrides.containerOverrides.resourceRequirements": "The emulator has no accelerators.",
}
ONLY = {
    "schedulingStrategy": ("REPLICA",),
    "deploymentController.type": ("ECS",),
    "deploymentConfiguration.strategy": ("ROLLING",),
    "launchType": ("FARGATE", "EC2"),
}
INSTANCES = "container instances: tasks of the EC2 launch type run here, each with an address and host ports of its own"


def refuse_unsupported(request: Mapping[str, Any]) -> None:
    """Raises AwsError for what would change how tasks run and cannot be done here."""
    for path, sentence in REFUSED.items():
        if any(_values(request, path.split("."))):
            raise AwsError("UnsupportedFeatureException", sentence)
    for path, only in ONLY.items():
        for value in _values(request, path.split(".")):
            if value not in only:
                message = f"{path.split('.')[-1]} {value} is not emulated; {' or '.join(only)} is."
                raise AwsError("UnsupportedFeatureException", message)


def without_effect(request: Mapping[str, Any]) -> list[str]:
    """Features of an input that are accepted without effect, in `STORED`'s words."""
    return [what for path, what in STORED.items() if any(_values(request, path.split(".")))]


def _values(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _values(each, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _values(value[path[0]], path[1:])
