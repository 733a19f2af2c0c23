from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.service import OperationHandlers, bound
from ecs_emulator.local import REGION
from ecs_emulator.scheduler import scaling_operations
from emulator.tests.scheduler.world import World

TARGET: dict[str, Any] = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/demo/web",
    "ScalableDimension": "ecs:service:DesiredCount",
    "MinCapacity": 1,
    "MaxCapacity": 4,
}


@pytest.fixture
def world() -> World:
    world = World()
    world.steady(count=1)
    return world


def test_a_target_is_kept_and_said_to_scale_nothing(world: World, cloud: Cloud) -> None:
    cloud.emulate(
        "application-autoscaling",
        OperationHandlers(bound(scaling_operations.OPERATIONS, world.scheduler), rest_to_moto=True),
    )
    scaling = boto3.client("application-autoscaling", REGION)
    scaling.register_scalable_target(**TARGET)
    found = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert [each["ResourceId"] for each in found] == ["service/demo/web"]
    assert any("nothing is scaled" in each for each in world.scheduler.without_effect())
    with pytest.raises(ClientError, match="ECS service doesn't exist: service/demo/lost"):
        scaling.register_scalable_target(**{**TARGET, "ResourceId": "service/demo/lost"})


@pytest.mark.parametrize("resource", ["service/demo/lost", "service/lost/web", "table/demo", "service/demo"])
def test_a_service_that_is_not_there_is_refused(world: World, resource: str) -> None:
    with pytest.raises(AwsError) as error:
        scaling_operations.register(world.scheduler, {**TARGET, "ResourceId": resource})
    assert (error.value.code, error.value.message) == ("ValidationException", f"ECS service doesn't exist: {resource}")


def test_targets_of_other_services_are_not_looked_at(world: World) -> None:
    scaling_operations.register(world.scheduler, {**TARGET, "ServiceNamespace": "dynamodb", "ResourceId": "table/any"})
    assert not any("nothing is scaled" in each for each in world.scheduler.without_effect())
