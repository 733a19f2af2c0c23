"""ECS operations on service deployments and service revisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler import serializers
from ecs_emulator.scheduler.deployments import IN_PROGRESS
from ecs_emulator.scheduler.paging import page
from ecs_emulator.scheduler.scheduler import Scheduler
from ecs_emulator.scheduler.service_operations import service_of
from ecs_emulator.scheduler.service_settings import invalid

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        DescribeServiceDeploymentsRequestTypeDef,
        DescribeServiceRevisionsRequestTypeDef,
        ListServiceDeploymentsRequestTypeDef,
        StopServiceDeploymentRequestTypeDef,
    )

    from ecs_emulator.cloud.service import Answer, OwnerOperations


def list_all(ecs: Scheduler, request: ListServiceDeploymentsRequestTypeDef) -> Answer:
    service = ecs.clusters.find(request.get("cluster")).service(request["service"])
    statuses = request.get("status")
    period: Mapping[str, Any] = request.get("createdAt", {})
    found = [
        each
        for each in service.courses
        if (not statuses or each.status in statuses)
        and ("after" not in period or each.created_at > period["after"])
        and ("before" not in period or each.created_at < period["before"])
    ]
    deployments, more = page(found, request)
    return {
        "serviceDeployments": [serializers.service_deployment_brief(service, each, ecs.arns) for each in deployments],
        **more,
    }


def describe(ecs: Scheduler, request: DescribeServiceDeploymentsRequestTypeDef) -> Answer:
    deployments, failures = [], []
    for arn in request["serviceDeploymentArns"]:
        try:
            _, service = service_of(ecs, arn)
            course = next((each for each in service.courses if each.arn == arn), None)
        except AwsError:
            course = None
        if course:
            deployments.append(serializers.service_deployment(service, course, ecs.arns))
        else:
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"serviceDeployments": deployments, "failures": failures}


def stop(ecs: Scheduler, request: StopServiceDeploymentRequestTypeDef) -> Answer:
    """End a deployment as it stands (`ABORT`) or go back to the last completed revision (`ROLLBACK`, the default).

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopServiceDeployment.html
    """
    arn = request["serviceDeploymentArn"]
    try:
        _, service = service_of(ecs, arn)
    except AwsError:
        raise AwsError("ServiceDeploymentNotFoundException", "The service deployment was not found.") from None
    course = next((each for each in service.courses if each.arn == arn), None)
    if course is None:
        raise AwsError("ServiceDeploymentNotFoundException", "The service deployment was not found.")
    if course.status not in ("PENDING", IN_PROGRESS):
        message = f"The service deployment is in the state {course.status} and cannot be stopped."
        raise AwsError("ConflictException", message)
    if request.get("stopType") == "ABORT":
        course.become("STOP_REQUESTED", "Service deployment stopped by user.")
    elif service.rolls_back_to is None:
        raise AwsError("ConflictException", "There is no completed service revision to roll back to.")
    else:
        course.become("ROLLBACK_REQUESTED", "Service deployment rollback requested by user.")
    return {"serviceDeploymentArn": arn}


def describe_revisions(ecs: Scheduler, request: DescribeServiceRevisionsRequestTypeDef) -> Answer:
    if not 1 <= len(request["serviceRevisionArns"]) <= 20:
        raise invalid("serviceRevisionArns should have between 1 and 20 ARNs.")
    revisions, failures = [], []
    for arn in request["serviceRevisionArns"]:
        try:
            _, service = service_of(ecs, arn)
            found = next((each for each in service.revisions if each.arn == arn), None)
        except AwsError:
            found = None
        if found:
            revisions.append(serializers.service_revision(service, found, ecs.arns))
        else:
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"serviceRevisions": revisions, "failures": failures}


OPERATIONS: OwnerOperations[Scheduler] = {
    "ListServiceDeployments": list_all,
    "DescribeServiceDeployments": describe,
    "StopServiceDeployment": stop,
    "DescribeServiceRevisions": describe_revisions,
}
