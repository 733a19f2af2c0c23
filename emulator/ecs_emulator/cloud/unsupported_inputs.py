"""Unsupported inputs of ECS: what would change how tasks run and cannot be done here.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

_ROLLING_ONLY = "Only rolling deployments are emulated."
# Dots lead inwards, lists are looked through.
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

Found = tuple[tuple[str, ...], str]


def unsupported_inputs(request: Any, is_unknown: Callable[[Any], bool] = lambda _: False) -> Iterator[Found]:
    """Path and sentence of each, in a request or in the properties of a resource; nobody can say it of a text that is
    unknown yet.

    Names are compared without their case: CloudFormation writes `LaunchType` where ECS writes `launchType`.
    """

    def given(path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
        for where, value in values(request, path.split(".")):
            if value and not (isinstance(value, str) and is_unknown(value)):
                yield where, value

    for path, sentence in REFUSED.items():
        yield from ((where, sentence) for where, _ in given(path))
    for path, only in ONLY.items():
        for where, value in given(path):
            if value not in only:
                yield where, f"{path.split('.')[-1]} {value} is not emulated; {' or '.join(only)} is."


def values(value: Any, path: Sequence[str], here: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each value that a path leads to, with where it is."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from values(each, path, (*here, str(index)))
    elif not path:
        yield here, value
    elif isinstance(value, Mapping):
        for name in [each for each in value if str(each).lower() == path[0].lower()]:
            yield from values(value[name], path[1:], (*here, str(name)))
