"""The load balancer, its listeners and what all services share."""

from __future__ import annotations

import fnmatch
import json
import re
from typing import Any

import pytest

from tests.cfn.platforms import Platform, make

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
    [listener] = {
        each.resources["RequestsToTasks"]["Properties"]["ListenerArn"] for each in production.services.values()
    }
    assert listener == production.stack("cluster").outputs["HttpsListener"] == "mysfits-cluster-HttpsListener"
    assert production.stack("cluster").outputs["ApiUrl"] == "https://api.mysfits.example"


def test_without_a_certificate_http_serves(smallest: Platform) -> None:
    (listener,) = smallest.of_type(_LISTENER).values()
    assert (listener["Port"], listener["Protocol"]) == (80, "HTTP")
    outputs = smallest.stack("cluster").outputs
    assert (outputs["HttpListener"], "HttpsListener" in outputs) == ("mysfits-cluster-HttpListener", False)


def test_what_no_service_answers_is_refused_on_both_listeners_alike(production: Platform) -> None:
    """While the services move from one to the other, each serves some of them."""
    rules = {
        (rule["ListenerArn"].removeprefix("mysfits-cluster-"), str(rule["Conditions"]), str(rule["Actions"]))
        for rule in production.stack("cluster").of_type(_RULE).values()
    }
    by_http, by_https = (
        {rule[1:] for rule in rules if rule[0] == listener} for listener in ("HttpListener", "HttpsListener")
    )
    assert len(by_http) == 2
    assert by_http == by_https


@pytest.mark.parametrize(
    "path",
    [
        "/mysfits/4e53920c/fulfill-like",
        "/mysfits/4e53920c/fulfill%2Dlike",
        "/mysfits/4e53920c/fulfill%2dlike",
        "/mysfits/4e53920c/%66ulfill-like",
        "/mysfits/4e53920c%2Ffulfill-like",
        "/mysfits%2f4e53920c%2ffulfill-like",
        "/%6dysfits/4e53920c/%66%75lfill-like",
        "/mysfits/4e53920c/" + "".join(f"%{ord(letter):02x}" for letter in "fulfill-like"),
        "/mysfits/4e53920c/" + "".join(f"%{ord(letter):02X}" for letter in "fulfill-like"),
        "//mysfits/4e53920c/fulfill-like",
        "/mysfits//4e53920c///fulfill-like",
        "/mysfits/4e53920c/./fulfill-like",
        "/mysfits/4e53920c/x/../fulfill-like",
        "/mysfits/4e53920c/fulfill-like/",
        "/mysfits/4e53920c/fulfill-like;x=y",
        "/mysfits/4e53920c/fulfill-like#x",
    ],
)
def test_fulfill_like_cannot_be_reached_from_the_internet(platform: Platform, path: str) -> None:
    """However it is written, a rule before that of any service answers."""
    action = _action(platform, path)
    assert action["Type"] == "fixed-response"
    assert action["FixedResponseConfig"]["StatusCode"] == "404"


def test_no_service_has_fulfill_like_unless_it_is_opened(platform: Platform) -> None:
    assert {settings["FULFILL_LIKE"] for settings in _settings(platform)} == {"no"}


def test_one_word_opens_fulfill_like_at_the_load_balancer_and_in_the_services() -> None:
    opened = make("smallest", given={"FulfillLike": "open"})
    assert _action(opened, "/mysfits/4e53920c/fulfill-like")["Type"] == "forward"
    assert _action(opened, "/mysfits%2f4e53920c%2ffulfill-like")["Type"] == "fixed-response"
    assert [settings["FULFILL_LIKE"] for settings in _settings(opened)] == ["yes"]


def _settings(platform: Platform) -> list[dict[str, str]]:
    return [
        {each["Name"]: each["Value"] for each in task["ContainerDefinitions"][0]["Environment"]}
        for task in platform.of_type("AWS::ECS::TaskDefinition").values()
    ]


@pytest.mark.parametrize("character", [chr(code) for code in range(128)])
def test_an_escape_reaches_a_service_where_it_stands_for_what_an_address_has(
    smallest: Platform, character: str
) -> None:
    """RFC 3986, section 2.3: such a character and its escape are the same."""
    is_unreserved = character.isalnum() or character in "-._~"
    for escape in {f"%{ord(character):02X}", f"%{ord(character):02x}"}:
        assert (_action(smallest, f"/mysfits/a{escape}")["Type"] == "forward") is is_unreserved


@pytest.mark.parametrize(
    "path", ["/mysfits/%", "/mysfits/%2", "/mysfits/%6", "/mysfits/%zz", "/mysfits/%6z", "/%C3%A9"]
)
def test_what_is_no_escape_or_no_letter_of_an_address_reaches_no_service(smallest: Platform, path: str) -> None:
    assert _action(smallest, path)["Type"] == "fixed-response"


def test_no_expression_of_a_rule_is_longer_than_a_load_balancer_takes(platform: Platform) -> None:
    patterns = [
        text
        for rule in platform.of_type(_RULE).values()
        for condition in rule["Conditions"]
        for texts in condition.get("PathPatternConfig", {}).values()
        for text in texts
    ]
    assert patterns
    assert max(map(len, patterns)) <= 128


_ORIGIN = "routing.http.response.access_control_allow_origin.header_value"


@pytest.mark.parametrize("kind", ["smallest", "production"])
@pytest.mark.parametrize(
    ("origins", "told"),
    [
        ("*", "*"),
        ("https://mysfits.example", "https://mysfits.example"),
        # Empty leaves it to the services; left out, it would stay as it was before an update.
        ("https://mysfits.example,http://localhost:8080", ""),
    ],
)
def test_every_listener_tells_the_one_origin_that_the_services_tell(kind: str, origins: str, told: str) -> None:
    platform = make(kind, given={"CorsOrigins": origins})
    for name, listener in platform.of_type(_LISTENER).items():
        assert {each["Key"]: each["Value"] for each in listener["ListenerAttributes"]} == {_ORIGIN: told}, name
    assert [settings["CORS_ORIGINS"] for settings in _settings(platform)] == [origins]


@pytest.mark.parametrize(
    "path",
    [
        *("/mysfits", "/mysfits/4e53920c", "/mysfits/4e53920c/like", "/mysfits/4e53920c/adopt"),
        *("/api", "/api/", "/api/users", "/api/users/1", "/api/threads", "/api/threads/1"),
        *("/api/posts", "/api/posts/in-thread/1", "/api/posts/by-user/1", "/hello", "/hello/again"),
    ],
)
def test_every_other_path_reaches_a_service(platform: Platform, path: str) -> None:
    assert _action(platform, path)["Type"] == "forward"


def test_no_two_rules_have_the_same_priority(platform: Platform) -> None:
    priorities = [(rule["ListenerArn"], int(rule["Priority"])) for rule in platform.of_type(_RULE).values()]
    assert len(set(priorities)) == len(priorities)


def _action(platform: Platform, path: str) -> dict[str, Any]:
    """Of the first rule that takes the path, on the services' listener."""
    [listener] = {each.resources["RequestsToTasks"]["Properties"]["ListenerArn"] for each in platform.services.values()}
    there = [rule for rule in platform.of_type(_RULE).values() if rule["ListenerArn"] == listener]
    rules = sorted(there, key=lambda rule: int(rule["Priority"]))
    taken: dict[str, Any] = next(rule["Actions"][0] for rule in rules if _takes(rule["Conditions"], path))
    return taken


def _takes(conditions: list[dict[str, Any]], path: str) -> bool:
    (condition,) = conditions
    patterns = condition.get("PathPatternConfig", {})  # a rule without traffic takes no path
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
        "mysfits-site.DistributionRecordOfIpv6": {"Name"},
    }
    for name, resource in platform.resources.items():
        kind = resource["Type"].rsplit("::", 1)[1]
        names = {"Name", f"{kind}Name", "PolicyName", "BucketName", "GroupName", "RoleName", "Family"}
        if kind == "RolePolicy":
            names -= {"RoleName"}
        assert names & resource["Properties"].keys() <= needed.get(name, set()), name
