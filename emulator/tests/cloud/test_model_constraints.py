"""What the model of a service states of an input is refused in AWS's words, whoever sends it."""

from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.cloud.model_constraints import constraint_error
from ecs_emulator.cloud.protocols import service_model

_UNMET = "1 validation error detected: Value {} at '{}' failed to satisfy constraint: Member must {}"


@pytest.mark.parametrize(
    ("service", "operation", "given", "value", "where", "must"),
    [
        (
            "elbv2",
            "CreateRule",
            {"Actions": [{"Type": "fixed-response", "FixedResponseConfig": {"MessageBody": "x" * 1025}}]},
            f"'{'x' * 100}…'",
            "actions.1.member.fixedResponseConfig.messageBody",
            "have length less than or equal to 1024",
        ),
        (
            "elbv2",
            "CreateRule",
            {"Actions": [{"FixedResponseConfig": {"StatusCode": "301"}}]},
            "'301'",
            "actions.1.member.fixedResponseConfig.statusCode",
            r"satisfy regular expression pattern: ^(2|4|5)\d\d$",
        ),
        (
            "elbv2",
            "CreateTargetGroup",
            {"HealthCheckIntervalSeconds": 301},
            "'301'",
            "healthCheckIntervalSeconds",
            "have value less than or equal to 300",
        ),
        ("elbv2", "CreateRule", {"Priority": 0}, "'0'", "priority", "have value greater than or equal to 1"),
        (
            "ecs",
            "CreateService",
            {"tags": [{"key": "a&b", "value": "c"}]},
            "'a&b'",
            "tags.1.member.key",
            r"satisfy regular expression pattern: ([\p{L}\p{Z}\p{N}_.:/=+\-@]*)",
        ),
        (
            "ecs",
            "CreateService",
            {"tags": [{"key": str(number)} for number in range(51)]},
            str([{"key": str(number)} for number in range(51)])[:100].join(("'", "…'")),
            "tags",
            "have length less than or equal to 50",
        ),
        ("ecs", "TagResource", {"tags": [{"value": "c"}]}, "null", "tags.1.member.key", "not be null"),
        ("ecs", "UpdateClusterSettings", {"settings": [{}]}, "null", "settings.1.member.name", "not be null"),
        (
            "ecs",
            "RegisterTaskDefinition",
            {"containerDefinitions": [{"environment": [{"value": "c"}]}]},
            "null",
            "containerDefinitions.1.member.environment.1.member.name",
            "not be null",
        ),
        (
            "cloudformation",
            "CreateChangeSet",
            {"StackName": "web", "ChangeSetName": "a_b"},
            "'a_b'",
            "changeSetName",
            "satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*",
        ),
    ],
)
def test_a_constraint_that_is_not_met_is_said(
    service: str, operation: str, given: dict[str, Any], value: str, where: str, must: str
) -> None:
    shape = service_model(service).operation_model(operation).input_shape
    assert shape is not None
    assert constraint_error(shape, given) == _UNMET.format(value, where, must)


@pytest.mark.parametrize(
    ("service", "operation", "given"),
    [
        ("ecs", "CreateService", {"tags": [{"key": "größe mit 2 Wörtern", "value": "a:b/c=d+e-f@g"}]}),
        ("elbv2", "CreateRule", {"Priority": 50_000, "Conditions": [{"Field": "path-pattern", "Values": ["/*"]}]}),
        ("cloudformation", "CreateStack", {"StackName": "web-1", "Parameters": [{"ParameterValue": ""}]}),
    ],
)
def test_what_meets_all_is_taken(service: str, operation: str, given: dict[str, Any]) -> None:
    shape = service_model(service).operation_model(operation).input_shape
    assert shape is not None
    assert constraint_error(shape, given) == ""


def test_several_are_counted_and_said_at_once() -> None:
    shape = service_model("elbv2").operation_model("CreateTargetGroup").input_shape
    assert shape is not None
    said = constraint_error(shape, {"HealthyThresholdCount": 1, "UnhealthyThresholdCount": 11})
    assert said.startswith("2 validation errors detected: Value '1' at 'healthyThresholdCount' failed")
    assert "; Value '11' at 'unhealthyThresholdCount' failed" in said
