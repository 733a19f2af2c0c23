"""The operations of ELBv2 on targets, in AWS's shapes and errors."""

from __future__ import annotations

from typing import Any

import botocore.loaders
import botocore.model
import botocore.validate
import pytest

from ecs_emulator.balancer.operations import OPERATIONS
from ecs_emulator.cloud.errors import AwsError
from emulator.tests.balancer.stage import Appliance, Stage

MODEL = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("elbv2", "service-2"))


def called(stage: Stage, name: str, **asked: Any) -> Any:
    answer = OPERATIONS[name](stage.balancer, asked)
    shape = MODEL.operation_model(name).output_shape
    assert shape is not None
    report = botocore.validate.ParamValidator().validate(answer, shape)
    assert not report.has_errors(), report.generate_report()
    assert set(answer) <= set(shape.members)
    return answer


def test_targets_are_registered_described_and_deregistered(stage: Stage, appliances: list[Appliance]) -> None:
    group = stage.group()
    stage.rule("/operations", group)
    one, two = (each.target for each in appliances)
    described = [{"Id": each.id, "Port": each.port} for each in (one, two)]
    assert called(stage, "RegisterTargets", TargetGroupArn=group, Targets=described) == {}
    stage.healthy(group, one, two)
    healths = called(stage, "DescribeTargetHealth", TargetGroupArn=group)["TargetHealthDescriptions"]
    assert healths == [
        {
            "Target": {"Id": each.id, "Port": each.port},
            "HealthCheckPort": str(each.port),
            "TargetHealth": {"State": "healthy"},
        }
        for each in sorted((one, two))
    ]
    assert called(stage, "DeregisterTargets", TargetGroupArn=group, Targets=[described[0]]) == {}
    [health] = called(stage, "DescribeTargetHealth", TargetGroupArn=group, Targets=[described[0]])[
        "TargetHealthDescriptions"
    ]
    assert health["TargetHealth"] == {
        "State": "draining",
        "Reason": "Target.DeregistrationInProgress",
        "Description": "Target deregistration is in progress",
    }


def test_a_target_without_a_port_has_that_of_its_group(stage: Stage) -> None:
    group = stage.group(Port=8123)
    called(stage, "RegisterTargets", TargetGroupArn=group, Targets=[{"Id": "127.0.0.9"}])
    [health] = called(stage, "DescribeTargetHealth", TargetGroupArn=group)["TargetHealthDescriptions"]
    assert health["Target"] == {"Id": "127.0.0.9", "Port": 8123}
    assert health["TargetHealth"]["Reason"] == "Target.NotInUse"


def test_a_target_that_is_not_registered_is_unused_and_may_be_deregistered(stage: Stage) -> None:
    group = stage.group()
    target = {"Id": "127.0.0.9", "Port": 1}
    assert called(stage, "DeregisterTargets", TargetGroupArn=group, Targets=[target]) == {}
    assert called(stage, "DescribeTargetHealth", TargetGroupArn=group) == {"TargetHealthDescriptions": []}
    [health] = called(stage, "DescribeTargetHealth", TargetGroupArn=group, Targets=[target])["TargetHealthDescriptions"]
    assert (health["TargetHealth"]["State"], health["TargetHealth"]["Reason"]) == ("unused", "Target.NotRegistered")


@pytest.mark.parametrize("name", list(OPERATIONS))
def test_a_group_that_does_not_exist_is_an_error(stage: Stage, name: str) -> None:
    with pytest.raises(AwsError) as error:
        OPERATIONS[name](stage.balancer, {"TargetGroupArn": "arn:gone", "Targets": [{"Id": "127.0.0.1"}]})
    assert (error.value.code, error.value.message) == ("TargetGroupNotFound", "One or more target groups not found")


@pytest.mark.parametrize(
    ("kind", "name", "code", "message"),
    [
        ("ip", "i-0123", "ValidationError", "The IP address 'i-0123' is not a valid IPv4 address"),
        ("ip", "8.8.8.8", "ValidationError", "The IP address '8.8.8.8' is not within a valid range"),
        ("ip", "169.254.169.254", "ValidationError", "The IP address '169.254.169.254' is not within a valid range"),
        ("ip", "172.32.0.1", "ValidationError", "The IP address '172.32.0.1' is not within a valid range"),
        ("instance", "10.0.0.1", "ValidationError", "Instance ID '10.0.0.1' is not valid"),
        ("instance", "i-0123456789abcdef0", "InvalidTarget", "are not in a running state and cannot be registered"),
        ("alb", "arn:aws:elasticloadbalancing:alb", "ValidationError", "Targets of type alb are not emulated here"),
    ],
)
def test_what_is_no_target_of_a_group_is_refused_with_all_beside_it(
    stage: Stage, kind: str, name: str, code: str, message: str
) -> None:
    group = stage.group(TargetType=kind)
    targets = [*([{"Id": "127.0.0.9"}] if kind == "ip" else []), {"Id": name, "AvailabilityZone": "all"}]
    with pytest.raises(AwsError, match=message) as error:
        OPERATIONS["RegisterTargets"](stage.balancer, {"TargetGroupArn": group, "Targets": targets})
    assert (error.value.code, stage.balancer.targets(group)) == (code, [])


@pytest.mark.parametrize("address", ["10.0.0.9", "100.64.0.9", "172.31.0.9", "192.168.0.9"])
def test_an_address_of_a_private_network_may_be_registered(stage: Stage, address: str) -> None:
    group = stage.group()
    target = {"Id": address, "Port": 80, "AvailabilityZone": "all"}
    assert called(stage, "RegisterTargets", TargetGroupArn=group, Targets=[target]) == {}
    assert [each.id for each in stage.balancer.targets(group)] == [address]
