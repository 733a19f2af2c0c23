"""Task definitions: families and their revisions."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from ecs_emulator.clock import Clock
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler import dependencies, volumes
from ecs_emulator.scheduler.arns import Arns, name
from ecs_emulator.scheduler.images import ECR
from ecs_emulator.scheduler.sizes import cpu_units, fits_fargate, mebibytes

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        ContainerDefinitionOutputTypeDef,
        RegisterTaskDefinitionRequestTypeDef,
        TagTypeDef,
        TaskDefinitionTypeDef,
    )

ACTIVE: Final = "ACTIVE"
INACTIVE: Final = "INACTIVE"

FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")

_MISSING = "Unable to describe task definition."
_CONTAINER_DEFAULTS: ContainerDefinitionOutputTypeDef = {
    "cpu": 0,
    "portMappings": [],
    "essential": True,
    "environment": [],
    "mountPoints": [],
    "volumesFrom": [],
    "systemControls": [],
}


class Definitions:
    """Every revision of every family, shaped as DescribeTaskDefinition shows it."""

    def __init__(self, arns: Arns, clock: Clock) -> None:
        self._arns = arns
        self._clock = clock
        # A revision's number is never given twice, so the lists keep a None for what is deleted.
        self._families: dict[str, list[TaskDefinitionTypeDef | None]] = {}
        self.tags: dict[str, list[TagTypeDef]] = {}

    def register(self, request: RegisterTaskDefinitionRequestTypeDef) -> TaskDefinitionTypeDef:
        """The next revision of a family, from RegisterTaskDefinition's input. Raises AwsError."""
        definition = filled_in(request)
        revisions = self._families.setdefault(definition["family"], [])
        arn = self._arns.task_definition(definition["family"], len(revisions) + 1)
        definition |= {
            "taskDefinitionArn": arn,
            "revision": len(revisions) + 1,
            "status": ACTIVE,
            "registeredAt": self._clock.now(),
            "registeredBy": self._arns.caller,
        }
        revisions.append(definition)
        self.tags[arn] = list(request.get("tags", []))
        return definition

    def find(self, reference: str, complaint: str = _MISSING) -> TaskDefinitionTypeDef:
        """By `family` (its newest active revision), `family:revision` or ARN. Raises AwsError with the complaint."""
        family, _, revision = name(reference).partition(":")
        revisions = self._families.get(family, [])
        if not revision:
            active = [each for each in revisions if each and each["status"] == ACTIVE]
            if active:
                return active[-1]
        elif revision.isdecimal() and 1 <= int(revision) <= len(revisions):
            found = revisions[int(revision) - 1]
            if found:
                return found
        raise AwsError("ClientException", complaint)

    def runnable(self, reference: str, settings: Mapping[str, Any]) -> TaskDefinitionTypeDef:
        """The same, for a task or a service with these settings to run. Raises AwsError unless it is active and they
        fit each other.
        """
        found = self.find(reference, "TaskDefinition not found.")
        if found["status"] != ACTIVE:
            raise AwsError("ClientException", "TaskDefinition is inactive")
        if is_on_fargate(settings) and "FARGATE" not in found["compatibilities"]:
            raise AwsError("InvalidParameterException", "Task definition does not support launch_type FARGATE.")
        network = settings.get("networkConfiguration", {}).get("awsvpcConfiguration", {}).get("subnets")
        if found["networkMode"] == "awsvpc" and not network:
            message = "Network Configuration must be provided when networkMode 'awsvpc' is specified."
            raise AwsError("InvalidParameterException", message)
        if found["networkMode"] != "awsvpc" and network:
            message = "Network Configuration is not valid for the given networkMode of this task definition."
            raise AwsError("InvalidParameterException", message)
        return found

    def deregister(self, reference: str) -> TaskDefinitionTypeDef:
        """Takes no new task from now on; what runs goes on. Raises AwsError."""
        if ":" not in name(reference):
            raise AwsError("ClientException", f"Invalid revision number. Number: {name(reference)}")
        found = self.find(reference, "The specified task definition does not exist.")
        found["status"], found["deregisteredAt"] = INACTIVE, self._clock.now()
        return found

    def delete(self, reference: str) -> TaskDefinitionTypeDef:
        """Forget an inactive revision for good. Raises AwsError."""
        found = self.find(reference, "The specified task definition does not exist.")
        if found["status"] == ACTIVE:
            message = (
                "The specified task definition is still in ACTIVE status. Please deregister the target and try again."
            )
            raise AwsError("ClientException", message)
        self._families[found["family"]][found["revision"] - 1] = None
        self.tags.pop(found["taskDefinitionArn"], None)
        return {**found, "status": "DELETE_IN_PROGRESS", "deleteRequestedAt": self._clock.now()}

    def all(self) -> list[TaskDefinitionTypeDef]:
        """By family, then by revision."""
        return [each for family in sorted(self._families) for each in self._families[family] if each]


def is_on_fargate(settings: Mapping[str, Any]) -> bool:
    """True when the settings of a task or a service place it on Fargate, not on container instances."""
    strategy = settings.get("capacityProviderStrategy")
    if strategy:
        return all(item["capacityProvider"] in FARGATE_PROVIDERS for item in strategy)
    return bool(settings.get("launchType", "FARGATE") == "FARGATE")


def filled_in(request: RegisterTaskDefinitionRequestTypeDef) -> TaskDefinitionTypeDef:
    """A definition with what ECS adds to it. Raises AwsError for one that ECS would not take.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
    """
    kept = {key: value for key, value in request.items() if key != "tags"}
    definition = cast("TaskDefinitionTypeDef", copy.deepcopy(kept))
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", definition["family"]):
        message = "Family contains invalid characters. Valid characters are letters, numbers, hyphens and underscores."
        raise AwsError("ClientException", message)
    mode = definition.setdefault("networkMode", "bridge")
    definition["containerDefinitions"] = [
        _container(container, mode) for container in definition["containerDefinitions"]
    ]
    _check_containers(definition["containerDefinitions"])
    dependencies.check(definition["containerDefinitions"])
    volumes.check(definition)
    if any(each.get("secrets") for each in definition["containerDefinitions"]) and not definition.get(
        "executionRoleArn"
    ):
        message = "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."
        raise AwsError("ClientException", message)
    if definition.get("cpu"):
        definition["cpu"] = str(cpu_units(definition["cpu"]))
    if definition.get("memory"):
        definition["memory"] = str(mebibytes(definition["memory"]))
    complaint = _unfit_for_fargate(definition)
    if complaint and "FARGATE" in definition.get("requiresCompatibilities", []):
        raise AwsError("ClientException", complaint)
    definition["compatibilities"] = ["EC2"] if complaint else ["EC2", "FARGATE"]
    return {"volumes": [], "placementConstraints": [], "requiresAttributes": [], **definition}


def _container(definition: ContainerDefinitionOutputTypeDef, mode: str) -> ContainerDefinitionOutputTypeDef:
    container = copy.deepcopy(_CONTAINER_DEFAULTS) | definition
    for mapping in container["portMappings"]:
        # What is neither is taken for tcp:
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-taskdefinition-portmapping.html
        if mapping.get("protocol") != "udp":
            mapping["protocol"] = "tcp"
        if mode == "awsvpc":
            if "containerPort" in mapping:
                mapping.setdefault("hostPort", mapping["containerPort"])
            if mapping.get("hostPort") != mapping.get("containerPort"):
                message = "When networkMode=awsvpc, the host ports and container ports in port mappings must match."
                raise AwsError("ClientException", message)
    return container


def _check_containers(containers: list[ContainerDefinitionOutputTypeDef]) -> None:
    names = [container.get("name") for container in containers]
    if not containers:
        raise AwsError("ClientException", "Container list cannot be empty.")
    if not all(names):
        raise AwsError("ClientException", "Container.name should not be null or empty.")
    if len(set(names)) != len(names):
        raise AwsError("ClientException", "Container names must be unique within a task definition.")
    for container in containers:
        if not container.get("image"):
            raise AwsError("ClientException", "Container.image should not be null or empty.")
    if not any(container["essential"] for container in containers):
        raise AwsError("ClientException", "At least one container must be marked as essential.")


def _unfit_for_fargate(definition: TaskDefinitionTypeDef) -> str | None:
    if definition["networkMode"] != "awsvpc":
        return "Fargate only supports network mode ‘awsvpc’."
    if not definition.get("cpu") or not definition.get("memory"):
        return "Fargate requires task definition to have execution role ARN, task cpu and task memory."
    if not fits_fargate(int(definition["cpu"]), int(definition["memory"])):
        return "No Fargate configuration exists for given values."
    if not definition.get("executionRoleArn"):
        if any(ECR.match(container["image"]) for container in definition["containerDefinitions"]):
            return "Fargate requires task definition to have execution role ARN to support ECR images."
        if any(_log_driver(container) == "awslogs" for container in definition["containerDefinitions"]):
            return "Fargate requires task definition to have execution role ARN to support log driver awslogs."
    if any(volume.get("host", {}).get("sourcePath") for volume in definition.get("volumes", [])):
        return "Fargate has no host to take a volume from."
    if any(container.get("stopTimeout", 0) > 120 for container in definition["containerDefinitions"]):
        return "Fargate stops a container after 120 seconds at the latest; its stopTimeout cannot be longer."
    return None


def _log_driver(container: ContainerDefinitionOutputTypeDef) -> str | None:
    return container.get("logConfiguration", {}).get("logDriver")
