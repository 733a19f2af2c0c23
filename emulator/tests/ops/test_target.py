"""A target is found where nobody has named anything, and told in words that can be typed."""

from __future__ import annotations

import pytest

from ecs_emulator.ops.balancing import url
from ecs_emulator.ops.conventions import Conventions
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.target import NoTarget, Target, aws
from ecs_emulator.ops.tasks import log_group
from ecs_emulator.program import ECS_EMULATOR
from emulator.tests.ops.fake_aws import FakeAws
from emulator.tests.ops.world import LISTENER, LOAD_BALANCER, World, arn


def clusters(*names: str) -> Target:
    aws = FakeAws()
    aws.operations["ecs.list_clusters"] = lambda _: {"clusterArns": [arn("cluster", name) for name in names]}
    return Target(aws.session(), {})


def test_the_only_cluster_needs_no_name() -> None:
    assert clusters("shop").cluster == "shop"
    with pytest.raises(Failure, match=r"Say which cluster, with --cluster\. There are: blog, shop\."):
        _ = clusters("shop", "blog").cluster
    with pytest.raises(NoTarget, match="There is no cluster here"):
        _ = clusters().cluster


def test_a_cluster_that_is_said_goes_before_that_of_the_stacks() -> None:
    session = FakeAws().session()
    assert Target(session, {"ClusterName": "shop"}).cluster == "shop"
    assert Target(session, {"ClusterName": "shop"}, chosen="blog").cluster == "blog"


def test_what_to_type_means_the_same_target() -> None:
    session = FakeAws().session()
    assert Target(session, {}).typed("status") == "`ecs-emulator status`"
    assert Target(session, {}, on_aws=True, chosen="shop").typed("status") == (
        "`ecs-emulator status --aws --cluster shop`"
    )


def test_a_line_of_the_aws_cli_means_the_same_target_in_any_shell() -> None:
    session = FakeAws().session()
    assert Target(session, {}).aws_cli("s3 ls") == "ecs-emulator env -- aws s3 ls"
    assert Target(session, {}, on_aws=True).aws_cli("s3 ls") == "aws s3 ls"


def test_aws_is_not_taken_for_an_emulator_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECS", "http://localhost:4566")
    with pytest.raises(Failure, match="another endpoint: `unset AWS_ENDPOINT_URL AWS_ENDPOINT_URL_ECS`") as refused:
        aws(ECS_EMULATOR, Conventions())
    assert refused.value.outcome is Outcome.USAGE


def test_the_log_group_is_that_of_the_services(world: World) -> None:
    with world.target() as target:
        assert log_group(target) == "logs"
        world.definitions[1]["containerDefinitions"][0]["logConfiguration"]["options"]["awslogs-group"] = "others"
        assert log_group(target) == "others"
        del world.definitions[1]["containerDefinitions"][0]["logConfiguration"]
        with pytest.raises(NoTarget, match="No service here logs"):
            log_group(target)


@pytest.mark.parametrize(("protocol", "address"), [("HTTP", "http://shop.example:8080"), ("HTTPS", None)])
def test_a_listener_has_an_address_unless_it_wants_a_host_name(protocol: str, address: str | None) -> None:
    aws = FakeAws()
    listener = {"ListenerArn": LISTENER, "LoadBalancerArn": LOAD_BALANCER, "Protocol": protocol, "Port": 8080}
    aws.operations["elbv2.describe_listeners"] = lambda _: {"Listeners": [listener]}
    aws.operations["elbv2.describe_load_balancers"] = lambda _: {"LoadBalancers": [{"DNSName": "shop.example"}]}
    assert url(Target(aws.session(), {}).elbv2, LISTENER) == address
