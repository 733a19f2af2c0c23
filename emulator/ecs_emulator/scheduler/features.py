"""Features of ECS that are accepted without effect, and the refusal of those that are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.unsupported_inputs import unsupported_inputs, values

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

INSTANCES = "container instances: tasks of the EC2 launch type run here, each with an address and host ports of its own"


def refuse_unsupported(request: Mapping[str, Any]) -> None:
    """Raises AwsError for what would change how tasks run and cannot be done here."""
    for _, sentence in unsupported_inputs(request):
        raise AwsError("UnsupportedFeatureException", sentence)


def without_effect(request: Mapping[str, Any]) -> list[str]:
    """Features of an input that are accepted without effect, in `STORED`'s words."""
    return [what for path, what in STORED.items() if any(value for _, value in values(request, path.split(".")))]
