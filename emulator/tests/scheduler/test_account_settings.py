"""Settings of an account and capacity providers are told as AWS tells them."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.tests.scheduler.test_operations import refused
from emulator.tests.scheduler.world import World


@pytest.fixture
def world() -> World:
    return World()


def names(answer: Any) -> dict[str, str]:
    return {each["name"]: each["value"] for each in answer["settings"]}


def test_settings_are_those_of_aws_until_somebody_puts_others(world: World) -> None:
    assert names(world.call("ListAccountSettings")) == {}
    effective = names(world.call("ListAccountSettings", effectiveSettings=True))
    assert effective["taskLongArnFormat"] == "enabled"
    assert effective["containerInsights"] == "disabled"
    put = world.call("PutAccountSettingDefault", name="containerInsights", value="enhanced")["setting"]
    assert put == {
        "name": "containerInsights",
        "value": "enhanced",
        "principalArn": "arn:aws:iam::123456789012:root",
        "type": "user",
    }
    assert names(world.call("ListAccountSettings")) == {"containerInsights": "enhanced"}
    assert names(world.call("ListAccountSettings", name="awsvpcTrunking", effectiveSettings=True)) == {
        "awsvpcTrunking": "disabled"
    }
    made = world.call("CreateCluster", clusterName="watched")["cluster"]
    assert made["settings"] == [{"name": "containerInsights", "value": "enhanced"}]
    assert world.call("DeleteAccountSetting", name="containerInsights")["setting"]["value"] == "enhanced"
    assert names(world.call("ListAccountSettings")) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("taskLongArnFormat", "disabled"), ("fargateTaskRetirementWaitPeriod", "3"), ("guardDutyActivate", "on")],
)
def test_a_value_that_a_setting_cannot_have_is_refused(world: World, name: str, value: str) -> None:
    assert refused(world, "PutAccountSetting", name=name, value=value)[0] == "InvalidParameterException"


def test_the_providers_of_fargate_are_there_and_those_of_clusters(world: World) -> None:
    described = world.call("DescribeCapacityProviders")["capacityProviders"]
    assert [(each["name"], each["status"], each["type"]) for each in described] == [
        ("FARGATE", "ACTIVE", "FARGATE"),
        ("FARGATE_SPOT", "ACTIVE", "FARGATE_SPOT"),
    ]
    own = {"capacityProviders": ["own", "FARGATE"], "defaultCapacityProviderStrategy": []}
    world.call("PutClusterCapacityProviders", cluster="demo", **own)
    found = world.call("DescribeCapacityProviders", capacityProviders=["own", "nobody"])
    assert [each["name"] for each in found["capacityProviders"]] == ["own"]
    arn = "arn:aws:ecs:us-east-1:123456789012:capacity-provider/nobody"
    assert found["failures"] == [{"arn": arn, "reason": "MISSING"}]
    page = world.call("DescribeCapacityProviders", maxResults=2)
    assert len(page["capacityProviders"]) == 2
    assert world.call("DescribeCapacityProviders", nextToken=page["nextToken"])["capacityProviders"][0]["name"] == "own"


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        ([{"capacityProvider": "FARGATE_SPOT"}], "not associated with the cluster"),
        ([{"capacityProvider": "FARGATE", "base": 1}, {"capacityProvider": "own", "base": 1}], "can have a base"),
    ],
)
def test_a_default_strategy_is_one_of_the_cluster_s_providers(
    world: World, strategy: list[dict[str, Any]], message: str
) -> None:
    asked = {"capacityProviders": ["FARGATE", "own"], "defaultCapacityProviderStrategy": strategy}
    assert message in refused(world, "PutClusterCapacityProviders", cluster="demo", **asked)[1]
    assert message in refused(world, "CreateCluster", clusterName="other", **asked)[1]


@pytest.mark.parametrize("name", ["two words", "a/b", "a" * 256])
def test_a_cluster_has_a_name_of_letters_numbers_hyphens_and_underscores(world: World, name: str) -> None:
    assert refused(world, "CreateCluster", clusterName=name)[0] == "InvalidParameterException"
