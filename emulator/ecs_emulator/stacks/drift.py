"""Drift of stacks: resources compared with what their templates state of them.

Of types that nothing is asked of here, as of those that AWS does not support, nothing is checked and nothing is said.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

from botocore.exceptions import ClientError

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.stacks.actual import ACTUAL, Properties
from ecs_emulator.stacks.drift_results import CHECKED, Detection, ResourceDrift, differing, text
from ecs_emulator.stacks.paging import paged
from ecs_emulator.stacks.requested import by_name
from ecs_emulator.stacks.serializers import without_none
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.state import Resource, Stack

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import (
        DescribeStackDriftDetectionStatusInputTypeDef,
        DescribeStackResourceDriftsInputTypeDef,
        DetectStackDriftInputTypeDef,
        DetectStackResourceDriftInputTypeDef,
    )

    from ecs_emulator.cloud.service import Answer, OwnerOperations
    from ecs_emulator.stacks.resources.provider import Context

_GONE = ("NotFound", "NoSuch", "NonExistent", "404")  # what the code of an error has in it


def _detect(stacks: Stacks, given: DetectStackDriftInputTypeDef) -> Answer:
    stack = _steady(stacks, given["StackName"])
    resources = [_resource(stack, name) for name in given.get("LogicalResourceIds") or list(stack.resources)]
    found = Detection(str(uuid4()), tuple(_compared(stacks.context, each) for each in resources))
    stack.detections.append(found)
    stack.drifts |= {each.logical_id: each for each in found.drifts}
    return {"StackDriftDetectionId": found.id}


def _detect_resource(stacks: Stacks, given: DetectStackResourceDriftInputTypeDef) -> Answer:
    stack = _steady(stacks, given["StackName"])
    found = _compared(stacks.context, _resource(stack, given["LogicalResourceId"]))
    if not found.is_checked:
        raise AwsError("ValidationError", f"Drift detection is not supported for resource type {found.type}")
    stack.drifts[found.logical_id] = found
    return {"StackResourceDrift": _shape(stack, found)}


def _describe_status(stacks: Stacks, given: DescribeStackDriftDetectionStatusInputTypeDef) -> Answer:
    for stack in stacks.ever():
        for found in stack.detections:
            if found.id == given["StackDriftDetectionId"]:
                return {
                    "StackId": stack.id,
                    "StackDriftDetectionId": found.id,
                    "StackDriftStatus": found.status,
                    "DetectionStatus": "DETECTION_COMPLETE",
                    "DriftedStackResourceCount": sum(each.has_drifted for each in found.drifts),
                    "Timestamp": found.at,
                }
    message = f"Drift detection with id {given['StackDriftDetectionId']} does not exist."
    raise AwsError("ValidationError", message)


def _describe(stacks: Stacks, given: DescribeStackResourceDriftsInputTypeDef) -> Answer:
    stack = by_name(stacks, given["StackName"])
    wanted = given.get("StackResourceDriftStatusFilters") or CHECKED
    found = [stack.drifts[each] for each in list(stack.resources) if each in stack.drifts]
    return {"StackResourceDrifts": [_shape(stack, each) for each in found if each.status in wanted]}


OPERATIONS: OwnerOperations[Stacks] = {
    "DescribeStackDriftDetectionStatus": _describe_status,
    "DescribeStackResourceDrifts": paged(_describe, "StackResourceDrifts"),
    "DetectStackDrift": _detect,
    "DetectStackResourceDrift": _detect_resource,
}


def _steady(stacks: Stacks, name: str) -> Stack:
    """Raises AwsError while a stack is worked on."""
    stack = by_name(stacks, name)
    if stack.is_busy or stack.stable_state is None:
        message = f"Drift detection cannot be performed on stack [{stack.id}] while it is in {stack.status} state."
        raise AwsError("ValidationError", message)
    return stack


def _resource(stack: Stack, name: str) -> Resource:
    if name not in stack.resources:
        raise AwsError("ValidationError", f"Resource {name} does not exist for stack {stack.name}")
    return stack.resources[name]


def _compared(context: Context, resource: Resource) -> ResourceDrift:
    def drift(status: str, expected: Properties = {}, actual: Properties = {}) -> ResourceDrift:  # noqa: B006
        return ResourceDrift(resource.logical_id, resource.physical_id, resource.type, status, expected, actual)

    ask = ACTUAL.get(resource.type)
    if ask is None or resource.physical is None or resource.physical.stubbed:
        return drift("NOT_CHECKED")
    try:
        found = ask(context.client, resource.physical.ref)
    except ClientError as error:
        if not any(word in error.response["Error"]["Code"] for word in _GONE):
            raise
        found = None
    if found is None:
        return drift("DELETED", resource.properties)
    expected = {name: value for name, value in resource.properties.items() if name in found}
    actual = {name: found[name] for name in expected}
    return drift("MODIFIED" if differing(expected, actual) else "IN_SYNC", expected, actual)


def _shape(stack: Stack, drift: ResourceDrift) -> Answer:
    """A `StackResourceDrift`."""
    is_there = drift.is_checked and drift.status != "DELETED"
    return without_none(
        {
            "StackId": stack.id,
            "LogicalResourceId": drift.logical_id,
            "PhysicalResourceId": drift.physical_id,
            "ResourceType": drift.type,
            "ExpectedProperties": json.dumps(drift.expected, default=str) if drift.is_checked else None,
            "ActualProperties": json.dumps(drift.actual, default=str) if is_there else None,
            "PropertyDifferences": [
                {
                    "PropertyPath": f"/{name}",
                    "ExpectedValue": text(drift.expected[name]),
                    "ActualValue": text(drift.actual.get(name)),
                    "DifferenceType": "NOT_EQUAL",
                }
                for name in (differing(drift.expected, drift.actual) if is_there else ())
            ],
            "StackResourceDriftStatus": drift.status,
            "Timestamp": drift.at,
        }
    )
