"""A target is found where nobody has named anything, and told in words that can be typed."""

from __future__ import annotations

import pytest

from ecs_emulator.ops.balancing import url
from ecs_emulator.ops.conventions import Conventions
from ecs_emulator.ops.log_groups import log_group
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.services import find
from ecs_emulator.ops.target import NoTarget, Target, aws
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


@pytest.mark.parametrize(
    ("there", "deploys", "said"),
    [
        (("blog", "shop"), "", "There is no cluster old. There are: blog, shop."),
        ((), "", "There is no cluster old. There is none."),
        ((), "deploy", "There is no cluster old. There is none. `ecs-emulator deploy` brings them."),
    ],
)
def test_a_cluster_that_is_not_there_is_told_with_those_that_are_and_what_to_type(
    there: tuple[str, ...], deploys: str, said: str
) -> None:
    aws = FakeAws()
    aws.operations["ecs.list_clusters"] = lambda _: {"clusterArns": [arn("cluster", name) for name in there]}
    aws.refuse("ecs.list_services", "ClusterNotFoundException", "Cluster not found.")
    with pytest.raises(Failure) as failure:
        find(Target(aws.session(), {}, conventions=Conventions(deploys=deploys), chosen="old"), None)
    assert (failure.value.outcome, str(failure.value)) == (Outcome.NOT_FOUND, said)


def test_an_output_that_is_missing_is_told_with_what_to_type() -> None:
    target = Target(FakeAws().session(), {}, on_aws=True, conventions=Conventions(deploys="deploy"))
    with pytest.raises(NoTarget, match=r"no output Bucket.*`ecs-emulator deploy --aws` brings them"):
        target.output("Bucket")


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
