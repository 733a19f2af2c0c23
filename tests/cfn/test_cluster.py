"""The load balancer, its listeners and what all services share."""

from __future__ import annotations

import fnmatch
import json
import re
from typing import Any

import pytest

from tests.cfn.platforms import Platform

_LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"


def _attributes(platform: Platform) -> dict[str, str]:
    balancer = platform.stack("cluster").resources["LoadBalancer"]["Properties"]
    return {each["Key"]: each["Value"] for each in balancer["LoadBalancerAttributes"]}


def test_the_cluster_has_the_name_that_other_tools_look_for(platform: Platform) -> None:
    assert platform.stack("cluster").resources["Cluster"]["Properties"]["ClusterName"] == "Cluster-mysfits-cluster"


def test_the_load_balancer_gives_up_an_idle_connection_before_the_application_does(platform: Platform) -> None:
    assert 0 < int(_attributes(platform)["idle_timeout.timeout_seconds"]) <= 55


def test_the_load_balancer_drops_malformed_headers_and_cannot_be_deleted_by_accident(platform: Platform) -> None:
    attributes = _attributes(platform)
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert attributes["deletion_protection.enabled"] == "true"


def test_with_a_certificate_http_only_redirects(production: Platform) -> None:
    listeners = {each["Port"]: each for each in production.of_type(_LISTENER).values()}
    assert listeners.keys() == {80, 443}
    (redirect,) = listeners[80]["DefaultActions"]
    assert (redirect["Type"], redirect["RedirectConfig"]["Protocol"]) == ("redirect", "HTTPS")
    assert "TLS13" in listeners[443]["SslPolicy"]
    assert production.stack("cluster").outputs["Listener"] == "mysfits-cluster-HttpsListener"
    assert production.stack("cluster").outputs["ApiUrl"] == "https://api.mysfits.example"


def test_without_a_certificate_http_serves(smallest: Platform) -> None:
    (listener,) = smallest.of_type(_LISTENER).values()
    assert (listener["Port"], listener["Protocol"]) == (80, "HTTP")
    assert smallest.stack("cluster").outputs["Listener"] == "mysfits-cluster-HttpListener"


@pytest.mark.parametrize(
    "path",
    [
        "/mysfits/4e53920c/fulfill-like",
        "/mysfits/4e53920c/fulfill%2Dlike",
        "/mysfits/4e53920c/%66ulfill-like",
        "/mysfits/4e53920c%2Ffulfill-like",
        "/mysfits%2f4e53920c%2ffulfill-like",
        "/%6dysfits/4e53920c/%66%75lfill-like",
    ],
)
def test_fulfill_like_cannot_be_reached_from_the_internet(platform: Platform, path: str) -> None:
    """However it is written, a rule before that of any service answers."""
    rules = sorted(platform.of_type(_RULE).values(), key=lambda rule: int(rule["Priority"]))
    action = next(rule["Actions"][0] for rule in rules if _takes(rule["Conditions"], path))
    assert action["Type"] == "fixed-response"
    assert action["FixedResponseConfig"]["StatusCode"] == "404"


@pytest.mark.parametrize(
    "path",
    [
        *("/mysfits", "/mysfits/4e53920c", "/mysfits/4e53920c/like", "/mysfits/4e53920c/adopt"),
        *("/api", "/api/", "/api/users", "/api/users/1", "/api/threads", "/api/threads/1"),
        *("/api/posts", "/api/posts/in-thread/1", "/api/posts/by-user/1", "/hello", "/hello/again"),
    ],
)
def test_every_other_path_reaches_a_service(platform: Platform, path: str) -> None:
    rules = sorted(platform.of_type(_RULE).values(), key=lambda rule: int(rule["Priority"]))
    action = next(rule["Actions"][0] for rule in rules if _takes(rule["Conditions"], path))
    assert action["Type"] == "forward"


def test_no_two_rules_have_the_same_priority(platform: Platform) -> None:
    priorities = [int(rule["Priority"]) for rule in platform.of_type(_RULE).values()]
    assert len(set(priorities)) == len(priorities)


def _takes(conditions: list[dict[str, Any]], path: str) -> bool:
    (condition,) = conditions
    patterns = condition["PathPatternConfig"]
    return any(fnmatch.fnmatchcase(path, each) for each in patterns.get("Values", [])) or any(
        re.search(each, path) for each in patterns.get("RegexValues", [])
    )


def test_what_no_service_takes_is_a_404_problem(smallest: Platform) -> None:
    (listener,) = smallest.of_type(_LISTENER).values()
    (action,) = listener["DefaultActions"]
    assert json.loads(action["FixedResponseConfig"]["MessageBody"])["status"] == 404


def test_the_drop_traffic_group_is_the_default_action_when_asked_for(split: Platform) -> None:
    (listener,) = split.of_type(_LISTENER).values()
    assert listener["DefaultActions"] == [{"Type": "forward", "TargetGroupArn": "mysfits-cluster-DropTraffic"}]
    group = split.stack("cluster").resources["DropTraffic"]["Properties"]
    assert group["HealthCheckIntervalSeconds"] == 6
    assert group["HealthCheckTimeoutSeconds"] == 5
    assert group["HealthyThresholdCount"] == group["UnhealthyThresholdCount"] == 2


def test_access_logs_go_to_a_private_bucket_that_forgets(production: Platform) -> None:
    attributes = _attributes(production)
    assert attributes["access_logs.s3.enabled"] == "true"
    bucket = production.stack("cluster").resources["AccessLogsBucket"]["Properties"]
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == "30"


def test_no_log_group_keeps_its_events_for_ever(platform: Platform) -> None:
    for name, group in platform.of_type("AWS::Logs::LogGroup").items():
        assert int(group["RetentionInDays"]) > 0, name


def test_alarms_are_told_to_somebody_when_an_address_is_given(production: Platform) -> None:
    (subscription,) = production.of_type("AWS::SNS::Subscription").values()
    assert subscription["Endpoint"] == "keeper@mysfits.example"


def test_no_physical_name_is_given_without_need(platform: Platform) -> None:
    """A name of its own lets a resource be replaced, and a stack be made twice."""
    needed = {
        "mysfits-cluster.Cluster": {"ClusterName"},
        **{f"{name}.TaskDefinition": {"Family"} for name in platform.services},
        # These two have no other way to be told apart on their target.
        **{
            f"{name}.TaskCountFollows{what}": {"PolicyName"}
            for name in platform.services
            for what in ("Cpu", "Requests")
        },
        "mysfits-pipeline.DeployPolicy": {"PolicyName"},
        "mysfits-cluster.LoadBalancerRecord": {"Name"},
        "mysfits-site.DistributionRecord": {"Name"},
    }
    for name, resource in platform.resources.items():
        kind = resource["Type"].rsplit("::", 1)[1]
        names = {"Name", f"{kind}Name", "PolicyName", "BucketName", "GroupName", "RoleName", "Family"}
        if kind == "RolePolicy":
            names -= {"RoleName"}
        assert names & resource["Properties"].keys() <= needed.get(name, set()), name
