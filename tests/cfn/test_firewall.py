"""AWS WAF before the load balancer and before CloudFront, where a number of requests is given."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cfn.platforms import Platform

_FIREWALL = "AWS::WAFv2::WebACL"


def _firewall(platform: Platform) -> dict[str, Any]:
    (found,) = platform.of_type(_FIREWALL).values()
    return found


def _rule(platform: Platform) -> dict[str, Any]:
    (rule,) = _firewall(platform)["Rules"]
    return rule  # type: ignore[no-any-return]


def test_no_firewall_is_paid_for_unless_it_is_asked_for(smallest: Platform) -> None:
    assert not [each for each in smallest.resources.values() if "::WAF" in each["Type"]]


@pytest.mark.parametrize(("kind", "limit", "scope"), [("split", 1000, "REGIONAL"), ("production", 2000, "CLOUDFRONT")])
def test_the_number_of_requests_is_that_of_the_parameter(
    kind: str, limit: int, scope: str, request: pytest.FixtureRequest
) -> None:
    platform: Platform = request.getfixturevalue(kind)
    assert _firewall(platform)["Scope"] == scope
    assert _firewall(platform)["DefaultAction"] == {"Allow": {}}
    counted = _rule(platform)["Statement"]["RateBasedStatement"]
    assert (int(counted["Limit"]), counted["EvaluationWindowSec"]) == (limit, 300)


@pytest.fixture(params=["split", "production"])
def guarded(request: pytest.FixtureRequest) -> Platform:
    """A platform with a firewall."""
    platform: Platform = request.getfixturevalue(request.param)
    return platform


def test_requests_are_counted_by_the_address_that_connects(guarded: Platform) -> None:
    """AWS WAF takes the first address in X-Forwarded-For, which is whatever the client wrote there."""
    counted = _rule(guarded)["Statement"]["RateBasedStatement"]
    assert counted["AggregateKeyType"] == "IP"
    assert "ScopeDownStatement" not in counted


def test_who_asks_too_often_is_told_so_in_the_words_of_the_api(guarded: Platform) -> None:
    refusal = _rule(guarded)["Action"]["Block"].get("CustomResponse", {})
    assert refusal.get("ResponseCode") == 429
    headers = {each["Name"]: each["Value"] for each in refusal["ResponseHeaders"]}
    # A page may read it, and nobody is sent away for longer than it is counted.
    assert headers == {"Retry-After": "300", "Access-Control-Allow-Origin": "*"}
    body = _firewall(guarded)["CustomResponseBodies"][refusal["CustomResponseBodyKey"]]
    assert body["ContentType"] == "APPLICATION_JSON"
    problem = json.loads(body["Content"])
    assert problem.keys() == {"type", "title", "status", "detail"}
    assert problem["status"] == 429


def test_the_firewall_is_before_what_visitors_reach(guarded: Platform) -> None:
    arn = f"mysfits-{'cluster' if guarded.kind == 'split' else 'site'}-Firewall.Arn"
    distributions = guarded.of_type("AWS::CloudFront::Distribution").values()
    held = [each["DistributionConfig"]["WebACLId"] for each in distributions]
    for association in guarded.of_type("AWS::WAFv2::WebACLAssociation").values():
        assert association["ResourceArn"] == "mysfits-cluster-LoadBalancer"
        held.append(association["WebACLArn"])
    assert len(held) == 1
    assert arn.removesuffix(".Arn") in held[0]


def test_a_firewall_that_cannot_be_asked_lets_everybody_in(platform: Platform) -> None:
    balancer = platform.stack("cluster").resources["LoadBalancer"]["Properties"]
    assert {"Key": "waf.fail_open.enabled", "Value": "true"} in balancer["LoadBalancerAttributes"]


def test_the_firewall_counts_what_it_does_and_keeps_nobodys_address(guarded: Platform) -> None:
    configs = [_firewall(guarded)["VisibilityConfig"], _rule(guarded)["VisibilityConfig"]]
    assert [each["CloudWatchMetricsEnabled"] for each in configs] == [True, True]
    assert [each["SampledRequestsEnabled"] for each in configs] == [False, False]
    assert "AWS::WAFv2::LoggingConfiguration" not in {each["Type"] for each in guarded.resources.values()}
