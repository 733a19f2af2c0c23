"""Serializers of services, deployments and revisions, as ECS shows them.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ecs_emulator.scheduler.arns import Arns
from ecs_emulator.scheduler.deployments import Deployment, ServiceDeployment, ServiceRevision
from ecs_emulator.scheduler.services import Service
from ecs_emulator.scheduler.tasks import Task

if TYPE_CHECKING:
    from ecs_emulator.cloud.service import Answer

# What a deployment has of its revision's settings.
_OF_DEPLOYMENT = ("capacityProviderStrategy", "launchType", "platformVersion", "networkConfiguration")
_OF_SERVICE = (*_OF_DEPLOYMENT, "loadBalancers", "serviceRegistries")


def service(each: Service, arns: Arns, tags: bool = False) -> Answer:
    """`tags` come only when they are asked for."""
    settings = each.primary.revision.settings if each.deployments else each.revisions[-1].settings
    shown = {
        "serviceArn": each.arn,
        "serviceName": each.name,
        "clusterArn": arns.cluster(each.cluster),
        "status": each.status,
        "desiredCount": each.desired,
        **_counts(task for task in each.tasks if task.should_run),
        "taskDefinition": settings["taskDefinition"],
        "deployments": [deployment(each, one) for one in each.deployments],
        "events": each.events.shown(),
        "createdAt": each.created_at,
        "createdBy": arns.caller,
        "loadBalancers": [],
        "serviceRegistries": [],
        "placementConstraints": [],
        "placementStrategy": [],
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "enableECSManagedTags": False,
        "enableExecuteCommand": False,
        "propagateTags": "NONE",
        "availabilityZoneRebalancing": "DISABLED",
        "platformFamily": "Linux",
        "resourceManagementType": "CUSTOMER",
        "currentServiceRevisions": [_current(each, one) for one in each.deployments],
        **{key: settings[key] for key in _OF_SERVICE if key in settings},
        **{
            key: value
            for key, value in each.options.items()
            if key not in ("serviceConnectConfiguration", "monitoring")
        },
    }
    if each.courses and each.status == "ACTIVE":
        shown["currentServiceDeployment"] = each.course.arn
    return shown | {"tags": each.tags} if tags else shown


def deployment(of: Service, each: Deployment) -> Answer:
    settings = each.revision.settings
    return {
        "id": each.id,
        "status": "PRIMARY" if each is of.primary else "ACTIVE",
        "taskDefinition": settings["taskDefinition"],
        "desiredCount": each.desired,
        **_counts(of.of(each)),
        "failedTasks": each.failed,
        "createdAt": each.created_at,
        "updatedAt": each.updated_at,
        "rolloutState": each.rollout_state,
        "rolloutStateReason": each.rollout_reason,
        "platformFamily": "Linux",
        **{key: settings[key] for key in _OF_DEPLOYMENT if key in settings},
    }


def service_deployment(of: Service, each: ServiceDeployment, arns: Arns) -> Answer:
    shown = {
        "serviceDeploymentArn": each.arn,
        "serviceArn": of.arn,
        "clusterArn": arns.cluster(of.cluster),
        **_moments(each),
        "updatedAt": each.updated_at,
        "sourceServiceRevisions": [_summary(of, one) for one in each.sources],
        "targetServiceRevision": _summary(of, each.target),
        "status": each.status,
        "deploymentConfiguration": each.configuration,
        "deploymentCircuitBreaker": {
            "status": each.breaker,
            "failureCount": each.failures,
            "threshold": each.threshold,
        },
        # Nothing measures here.
        "alarms": {"status": "DISABLED", "alarmNames": _alarms(each), "triggeredAlarmNames": []},
    }
    optional = {"stoppedAt": each.stopped_at, "statusReason": each.reason, "rollback": each.rollback}
    return shown | {key: value for key, value in optional.items() if value is not None}


def service_deployment_brief(of: Service, each: ServiceDeployment, arns: Arns) -> Answer:
    shown = {
        "serviceDeploymentArn": each.arn,
        "serviceArn": of.arn,
        "clusterArn": arns.cluster(of.cluster),
        **_moments(each),
        "targetServiceRevisionArn": each.target.arn,
        "status": each.status,
    }
    return shown | ({"statusReason": each.reason} if each.reason else {})


def service_revision(of: Service, each: ServiceRevision, arns: Arns) -> Answer:
    kept = (*_OF_SERVICE, "taskDefinition", "serviceConnectConfiguration")
    balancers = each.settings.get("loadBalancers", [])
    return {
        "serviceRevisionArn": each.arn,
        "serviceArn": of.arn,
        "clusterArn": arns.cluster(of.cluster),
        "createdAt": each.created_at,
        "platformFamily": "Linux",
        "guardDutyEnabled": False,
        "containerImages": [
            {"containerName": container["name"], "image": container["image"]}
            for container in each.definition["containerDefinitions"]
        ],
        "resolvedConfiguration": {"loadBalancers": [{"targetGroupArn": one["targetGroupArn"]} for one in balancers]},
        **{key: each.settings[key] for key in kept if key in each.settings},
    }


def _moments(each: ServiceDeployment) -> Answer:
    found = {"createdAt": each.created_at, "startedAt": each.started_at, "finishedAt": each.finished_at}
    return {key: value for key, value in found.items() if value is not None}


def _alarms(each: ServiceDeployment) -> list[str]:
    names: list[str] = each.configuration.get("alarms", {}).get("alarmNames", [])
    return names


def _summary(of: Service, revision: ServiceRevision) -> Answer:
    tasks = [task for task in of.tasks if task.should_run and task.deployment and task.deployment.revision is revision]
    desired = sum(each.desired for each in of.deployments if each.revision is revision)
    return {"arn": revision.arn, "requestedTaskCount": desired, **_task_counts(tasks)}


def _current(of: Service, each: Deployment) -> Answer:
    return {"arn": each.revision.arn, "requestedTaskCount": each.desired, **_task_counts(of.of(each))}


def _task_counts(tasks: Iterable[Task]) -> Answer:
    counts = _counts(tasks)
    return {"runningTaskCount": counts["runningCount"], "pendingTaskCount": counts["pendingCount"]}


def _counts(tasks: Iterable[Task]) -> Mapping[str, int]:
    running = [task.last_status == "RUNNING" for task in tasks]
    return {"runningCount": sum(running), "pendingCount": len(running) - sum(running)}
