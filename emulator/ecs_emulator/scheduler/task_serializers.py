"""Serializers of tasks and clusters, as ECS shows them.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ecs_emulator.scheduler.arns import Arns
from ecs_emulator.scheduler.clusters import Cluster
from ecs_emulator.scheduler.definitions import is_on_fargate
from ecs_emulator.scheduler.interfaces import ContainerState
from ecs_emulator.scheduler.tasks import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

    from ecs_emulator.cloud.service import Answer


def task(each: Task, arns: Arns, tags: bool = False) -> Answer:
    """`tags` come only when they are asked for."""
    settings = each.settings
    shown = {
        "taskArn": each.arn,
        "clusterArn": arns.cluster(each.cluster),
        "taskDefinitionArn": each.definition["taskDefinitionArn"],
        "group": each.group,
        "lastStatus": each.last_status,
        "desiredStatus": each.desired_status,
        "launchType": each.launch_type,
        **({"platformVersion": _platform(settings), "platformFamily": "Linux"} if is_on_fargate(settings) else {}),
        "connectivity": "CONNECTED",
        "connectivityAt": each.moments["createdAt"],
        "availabilityZone": f"{arns.region}a",
        "healthStatus": each.health,
        "cpu": each.definition.get("cpu", "0"),
        "memory": each.definition.get("memory", "0"),
        "ephemeralStorage": each.definition.get("ephemeralStorage", {"sizeInGiB": 20}),
        "enableExecuteCommand": settings.get("enableExecuteCommand", False),
        "overrides": {"containerOverrides": [], "inferenceAcceleratorOverrides": [], **settings.get("overrides", {})},
        "attributes": [],
        "attachments": [_attachment(each)] if _has_interface(each) else [],
        "containers": _containers(each, arns),
        "version": each.version,
        **each.moments,
    }
    optional = {"startedBy": each.started_by, "stopCode": each.stop_code, "stoppedReason": each.stopped_reason}
    shown |= {key: value for key, value in optional.items() if value is not None}
    for item in settings.get("capacityProviderStrategy", [])[:1]:
        shown["capacityProviderName"] = item["capacityProvider"]
    return shown | {"tags": each.shown_tags} if tags else shown


def cluster(each: Cluster, request: Mapping[str, Any]) -> Answer:
    """`request` has a list of that name, of what else is asked for: TAGS, SETTINGS, STATISTICS, …"""
    include = request.get("include", [])
    tasks = [task for task in each.tasks.values() if not task.gone]
    running = sum(task.last_status == "RUNNING" for task in tasks)
    coming = sum(task.last_status in ("PROVISIONING", "PENDING") for task in tasks)
    services = sum(service.status == "ACTIVE" for service in each.services.values())
    shown: Answer = {
        "clusterArn": each.arn,
        "clusterName": each.name,
        "status": each.status,
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": running,
        "pendingTasksCount": coming,
        "activeServicesCount": services,
        "statistics": [],
        "tags": each.tags if "TAGS" in include else [],
        "settings": each.settings if "SETTINGS" in include else [],
        "capacityProviders": each.options.get("capacityProviders", []),
        "defaultCapacityProviderStrategy": each.options.get("defaultCapacityProviderStrategy", []),
    }
    if "STATISTICS" in include:
        counts = {"runningFargateTasksCount": running, "pendingFargateTasksCount": coming}
        shown["statistics"] = [{"name": name, "value": str(count)} for name, count in counts.items()]
    if "CONFIGURATIONS" in include and "configuration" in each.options:
        shown["configuration"] = each.options["configuration"]
    return shown


def _platform(settings: Mapping[str, Any]) -> str:
    version: str = settings.get("platformVersion", "LATEST")
    return "1.4.0" if version == "LATEST" else version


def _attachment(each: Task) -> Answer:
    """The network interface that a task has on Fargate; its address is the one on this machine."""
    network = each.settings.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    details = {
        "subnetId": next(iter(network.get("subnets", [])), "subnet-local"),
        "networkInterfaceId": f"eni-{each.id[:17]}",
    }
    if each.run is not None:
        details["privateIPv4Address"] = each.run.address
    status = "DELETED" if each.gone else "PRECREATED" if each.run is None else "ATTACHED"
    return {
        "id": _attachment_id(each),
        "type": "ElasticNetworkInterface",
        "status": status,
        "details": [{"name": name, "value": value} for name, value in details.items()],
    }


def _has_interface(each: Task) -> bool:
    return each.definition["networkMode"] == "awsvpc"


def _bindings(each: Task, definition: ContainerDefinitionOutputTypeDef) -> list[Answer]:
    """Ports of a container on its host: of this machine, whatever host port it asks for."""
    run = each.run
    if run is None:
        return []
    return [
        {
            "bindIP": run.address,
            "containerPort": mapping["containerPort"],
            "hostPort": run.port(mapping["containerPort"]),
            "protocol": mapping.get("protocol", "tcp"),
        }
        for mapping in definition.get("portMappings", [])
        if "containerPort" in mapping
    ]


def _agent(each: Task, state: ContainerState) -> Answer:
    """Agent of ECS Exec in a container, which tools look at before they begin a session."""
    status = "STOPPED" if each.gone else state.status
    started = {"lastStartedAt": each.moments["startedAt"]} if "startedAt" in each.moments else {}
    return {"name": "ExecuteCommandAgent", "lastStatus": status, **started}


def _attachment_id(each: Task) -> str:
    digits = each.id[::-1]
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"


def _containers(each: Task, arns: Arns) -> list[Answer]:
    known = {container.name: container for container in each.containers}
    containers = []
    for definition in each.definition["containerDefinitions"]:
        name = definition["name"]
        state = known.get(name, ContainerState(name, "PENDING", None, None))
        shown: Answer = {
            "containerArn": arns.container(each.cluster, each.id, name),
            "taskArn": each.arn,
            "name": name,
            "image": definition["image"],
            "runtimeId": f"{each.id}-{arns.container(each.cluster, each.id, name)[-10:]}",
            "lastStatus": "STOPPED" if each.gone else state.status,
            "healthStatus": state.health,
            "cpu": str(definition.get("cpu", 0)),
            "networkBindings": [] if _has_interface(each) else _bindings(each, definition),
            "networkInterfaces": [],
        }
        if each.run is not None and _has_interface(each):
            interface = {"attachmentId": _attachment_id(each), "privateIpv4Address": each.run.address}
            shown["networkInterfaces"] = [interface]
        if each.settings.get("enableExecuteCommand"):
            shown["managedAgents"] = [_agent(each, state)]
        optional = {"exitCode": state.exit_code, "reason": state.reason, "memory": definition.get("memory")}
        shown |= {key: str(value) if key == "memory" else value for key, value in optional.items() if value is not None}
        containers.append(shown)
    return containers
