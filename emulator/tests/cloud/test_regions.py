"""One region is played. In another there is nothing, and nothing is made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.service import OperationHandlers, bound
from ecs_emulator.local import REGION
from ecs_emulator.scheduler import operations as ecs
from ecs_emulator.stacks import operations as cloudformation
from ecs_emulator.stacks.stack import Stacks
from emulator.tests.cloud.wire import strict_cloud
from emulator.tests.scheduler.world import World

TEMPLATE = "Resources: {Topic: {Type: AWS::SNS::Topic}}"


@pytest.fixture
def both() -> Iterator[Cloud]:
    """A cloud with a service of ECS and a load balancer."""
    world = World()
    world.steady(count=1)
    with strict_cloud() as cloud:
        cloud.emulate("ecs", OperationHandlers(bound(ecs.OPERATIONS, world.scheduler)))
        stacks = Stacks(boto3.Session(), REGION)
        cloud.emulate("cloudformation", OperationHandlers(bound(cloudformation.OPERATIONS, stacks)))
        yield cloud


def of(cloud: Cloud, service: str, region: str) -> Any:
    keys = {"aws_access_key_id": cloud.key.id, "aws_secret_access_key": cloud.key.secret}
    return boto3.client(service, region_name=region, endpoint_url=cloud.url, **keys)  # type: ignore[call-overload]


def test_another_region_is_empty(both: Cloud) -> None:
    assert of(both, "ecs", REGION).list_clusters()["clusterArns"] != []
    assert of(both, "ecs", "eu-west-1").list_clusters(maxResults=10)["clusterArns"] == []
    assert of(both, "cloudformation", "eu-west-1").describe_stacks()["Stacks"] == []
    assert of(both, "elbv2", "eu-west-1").describe_load_balancers()["LoadBalancers"] == []


@pytest.mark.parametrize(
    ("service", "operation", "given"),
    [
        ("ecs", "create_cluster", {"clusterName": "abroad"}),
        ("ecs", "list_services", {"cluster": "demo"}),
        ("cloudformation", "create_stack", {"StackName": "abroad", "TemplateBody": TEMPLATE}),
        ("cloudformation", "describe_stacks", {"StackName": "abroad"}),
        ("elbv2", "create_target_group", {"Name": "abroad"}),
    ],
)
def test_nothing_is_made_or_found_in_another_region(
    both: Cloud, service: str, operation: str, given: dict[str, str]
) -> None:
    with pytest.raises(ClientError, match="is emulated in us-east-1 alone, and not in eu-west-1"):
        getattr(of(both, service, "eu-west-1"), operation)(**given)
    assert len(of(both, "ecs", REGION).list_clusters()["clusterArns"]) == 1
    assert of(both, "cloudformation", REGION).describe_stacks()["Stacks"] == []
