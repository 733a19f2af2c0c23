"""What the load balancer does follows from what ELBv2 holds; Envoy understands it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.balancer.clusters import cluster, policy
from ecs_emulator.balancer.envoy import binary
from ecs_emulator.balancer.listeners import listener, route_configuration
from ecs_emulator.balancer.plan import RoutingPlan, plan
from ecs_emulator.balancer.slots import Slots
from ecs_emulator.balancer.store import LoadBalancerStore
from ecs_emulator.clock import Clock
from emulator.tests.support.waiting import PATIENCE

FORWARD = {"Type": "forward", "TargetGroupArn": "arn:group/g/1"}
BY_HTTP = "Target group g: its targets are spoken to by HTTP/1.1, whatever its protocol."
NOT_FOUND = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}


def a_rule(priority: int | str, *actions: dict[str, Any], **condition: Any) -> Any:
    return {
        "Priority": str(priority),
        "IsDefault": priority == "default",
        "Conditions": [condition] if condition else [],
        "Actions": list(actions),
    }


def a_listener(*rules: Any, port: int = 80, protocol: str = "HTTP") -> Any:
    return {"Port": port, "Protocol": protocol, "Rules": [a_rule("default", NOT_FOUND), *rules]}


def a_balancer(*listeners: Any, name: str = "lb", **attributes: str) -> Any:
    attributes = {key.replace("__", "."): value for key, value in attributes.items()}
    own = {"LoadBalancerName": name, "LoadBalancerArn": f"arn:balancer/{name}", "Type": "application"}
    return {**own, "Attributes": attributes, "Listeners": list(listeners)}


def a_group(name: str = "g", attributes: dict[str, str] | None = None, **settings: Any) -> Any:
    return {
        "TargetGroupArn": f"arn:group/{name}/1",
        "TargetGroupName": name,
        "Port": 8080,
        "HealthCheckPath": "/health",
        "HealthCheckPort": "traffic-port",
        "HealthCheckIntervalSeconds": 10,
        "HealthCheckTimeoutSeconds": 5,
        "HealthyThresholdCount": 2,
        "UnhealthyThresholdCount": 3,
        "Matcher": {"HttpCode": "200"},
        "Attributes": attributes or {},
        **settings,
    }


def planned(*balancers: Any, groups: list[Any] | None = None, speed: float = 1) -> RoutingPlan:
    store = LoadBalancerStore(list(balancers), [a_group()] if groups is None else groups)
    return plan(store, Slots(8000).port, Clock(speed))


def path(text: str) -> Any:
    return {"Field": "path-pattern", "Values": [text]}


def regexes(plan: RoutingPlan) -> list[str]:
    return [route["match"]["safe_regex"]["regex"] for route in plan.listeners[0].routes]


def test_rules_come_by_priority_and_the_default_last() -> None:
    rules = [a_rule(100, FORWARD, **path("/c")), a_rule(9, FORWARD, **path("/a")), a_rule(10, FORWARD, **path("/b"))]
    assert regexes(planned(a_balancer(a_listener(*rules)))) == ["(?s:(?:/a))", "(?s:(?:/b))", "(?s:(?:/c))", "(?s:.*)"]


def test_every_listener_has_a_port_at_the_same_distance() -> None:
    made = planned(a_balancer(a_listener(), a_listener(port=443, protocol="HTTPS")))
    assert [(each.port, each.local_port, each.protocol) for each in made.listeners] == [
        (80, 8000, "HTTP"),
        (443, 8363, "HTTPS"),
    ]


def test_every_load_balancer_has_ports_and_settings_of_its_own() -> None:
    redirect = {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Port": "443", "Protocol": "HTTPS"}}
    one = a_balancer(a_listener(), idle_timeout__timeout_seconds="30")
    two = a_balancer(a_listener(a_rule(1, redirect)), a_listener(port=443, protocol="HTTPS"), name="two")
    made = planned(one, two)
    assert [(each.name, each.port, each.local_port, each.idle_timeout) for each in made.listeners] == [
        ("listener-8000", 80, 8000, 30),
        ("listener-9000", 80, 9000, 60),
        ("listener-9363", 443, 9363, 60),
    ]
    [first, _] = made.listeners[1].routes
    assert first["metadata"]["filter_metadata"]["envoy.filters.http.lua"]["location"].startswith(
        "https://#{host}:9363/"
    )


def test_a_load_balancer_keeps_its_ports_while_others_come_and_go() -> None:
    slots = Slots(8000)
    assert [slots.port("one", 80), slots.port("two", 8080)] == [8000, 17000]
    slots.keep({"two", "three"})
    assert [slots.port("two", 80), slots.port("three", 80)] == [9000, 8000]


def test_a_listener_without_a_port_here_is_a_problem() -> None:
    made = planned(a_balancer(a_listener(port=65000)))
    assert made.listeners == ()
    assert made.problems == ("The listener on port 65000 would need port 72920 of this machine.",)


def test_a_group_is_used_by_rules_default_actions_and_weights() -> None:
    groups = [a_group(name) for name in ("g", "default", "light", "none")]
    weighted = {
        "Type": "forward",
        "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "arn:group/light/1", "Weight": 0}]},
    }
    default = {"Type": "forward", "TargetGroupArn": "arn:group/default/1"}
    listener = {
        **a_listener(),
        "Rules": [a_rule("default", default), a_rule(1, FORWARD, **path("/a")), a_rule(2, weighted, **path("/b"))],
    }
    made = planned(a_balancer(listener), groups=groups)
    assert [group.used for group in made.groups.values()] == [True, True, True, False]


def test_times_of_targets_are_shortened_and_those_of_requests_are_not() -> None:
    attributes = {"deregistration_delay.timeout_seconds": "30"}
    made = planned(
        a_balancer(a_listener(), idle_timeout__timeout_seconds="20"), groups=[a_group(attributes=attributes)], speed=10
    )
    [group] = made.groups.values()
    assert (group.delay, group.checks.interval, group.checks.timeout) == (3, 1, 2)
    assert ([each.idle_timeout for each in made.listeners], made.idle_upstream) == ([20], 20)


def test_an_idle_connection_is_closed_before_a_target_does_it() -> None:
    made = planned(a_balancer(a_listener(), idle_timeout__timeout_seconds="120"))
    assert ([each.idle_timeout for each in made.listeners], made.idle_upstream) == ([120], 55)


@pytest.mark.parametrize(
    ("balancers", "groups", "expected"),
    [
        (
            [{"LoadBalancerName": "n", "Type": "gateway"}],
            [],
            "Application and network load balancers are emulated; n is neither.",
        ),
        (
            [],
            [a_group(attributes={"stickiness.enabled": "true"})],
            "Target group g: stickiness.enabled is always false.",
        ),
        (
            [a_balancer(**{"routing.http.xff_header_processing.mode": "remove"})],
            [],
            "Load balancer: routing.http.xff_header_processing.mode is always append.",
        ),
        (
            [a_balancer(a_listener(a_rule(3, FORWARD, Field="source-ip", SourceIpConfig={"Values": ["home"]})))],
            [a_group()],
            "Rule 3 of the listener on port 80 is left out: 'home' does not appear to be an IPv4 or IPv6 network.",
        ),
        (
            [
                a_balancer(
                    a_listener(a_rule(3, {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "99"}}))
                )
            ],
            [a_group()],
            "Rule 3 of the listener on port 80: A fixed response of status 99 is not emulated.",
        ),
        ([], [a_group(Protocol="HTTPS")], BY_HTTP),
        ([], [a_group(ProtocolVersion="GRPC")], BY_HTTP),
        ([], [a_group(Matcher={"HttpCode": "fine"})], "Target group g: 'fine' is no list of codes; 200 is taken."),
        (
            [],
            [a_group(attributes={"load_balancing.algorithm.type": "by_mood"})],
            "Target group g: The algorithm by_mood is not emulated.",
        ),
        (
            [a_balancer(a_listener(a_rule(3, FORWARD, Field="moon-phase")))],
            [a_group()],
            "Rule 3 of the listener on port 80 is left out: A condition on moon-phase is not emulated.",
        ),
        (
            [a_balancer(a_listener({**a_rule(3, FORWARD), "Transforms": [{"Type": "url-rewrite"}]}))],
            [a_group()],
            "Rule 3 of the listener on port 80: transforms are not emulated.",
        ),
        (
            [a_balancer(a_listener(a_rule(3, {"Type": "authenticate-oidc"}, FORWARD)))],
            [a_group()],
            "Rule 3 of the listener on port 80: The action authenticate-oidc is not emulated.",
        ),
    ],
)
def test_what_cannot_be_emulated_is_said(balancers: list[Any], groups: list[Any], expected: str) -> None:
    assert planned(*balancers, groups=groups).problems == (expected,)


@pytest.mark.parametrize(
    ("actions", "sentence"),
    [
        ([], "It has no action."),
        ([{"Type": "redirect"}], "It cannot be read (KeyError('RedirectConfig'))."),
        ([{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_999"}}], "It cannot be read (ValueError("),
        ([{"Type": "forward"}], "It cannot be read (KeyError('TargetGroupArn'))."),
        ([{"Type": "forward", "ForwardConfig": {"TargetGroups": []}}], "It cannot be read (KeyError("),
        ([{"Type": "forward", "ForwardConfig": {"TargetGroups": [{}]}}], "It cannot be read (KeyError("),
        ([{"Type": "fixed-response"}], "It cannot be read (KeyError('FixedResponseConfig'))."),
        ([{}], "It cannot be read (KeyError('Type'))."),
    ],
)
def test_a_rule_that_cannot_be_read_is_said_and_the_others_go_on(actions: list[Any], sentence: str) -> None:
    made = planned(a_balancer(a_listener(a_rule(3, *actions, **path("/a")), a_rule(4, FORWARD, **path("/b")))))
    [problem] = made.problems
    assert problem.startswith(f"Rule 3 of the listener on port 80: {sentence}")
    [unread, forwarded, default] = made.listeners[0].routes
    assert unread["direct_response"]["status"] == 501
    assert ("route" in forwarded, default["direct_response"]["status"]) == (True, 404)


def test_a_listener_that_cannot_be_read_is_left_out_and_the_others_go_on() -> None:
    made = planned(a_balancer({"Port": 81, "Protocol": "HTTP", "Rules": [{}]}, a_listener()))
    assert [each.port for each in made.listeners] == [80]
    assert made.problems == ("The listener on port 81 is left out: it cannot be read (KeyError('IsDefault')).",)


def test_a_rule_with_a_sign_in_answers_501_and_lets_nobody_through() -> None:
    made = planned(a_balancer(a_listener(a_rule(3, {"Type": "authenticate-oidc"}, FORWARD, **path("/secret")))))
    assert made.listeners[0].routes[0]["direct_response"]["status"] == 501


ALL_CONDITIONS: list[dict[str, Any]] = [
    {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a*", "/b?"], "RegexValues": ["^.*%.*$"]}},
    {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.a-rather-long-name-of-a-host.example.com"] * 3}},
    {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Beta", "Values": ["*é*", "*Safari*"]}},
    {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET", "PROPFIND"]}},
    {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "a", "Value": "b*"}, {"Value": "c?"}]}},
    {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8", "2001:db8::/32"]}},
]
ALL_ACTIONS: list[dict[str, Any]] = [
    FORWARD,
    {
        "Type": "forward",
        "ForwardConfig": {
            "TargetGroups": [
                {"TargetGroupArn": "arn:group/g/1", "Weight": 10},
                {"TargetGroupArn": "arn:group/h/1", "Weight": 990},
            ]
        },
    },
    {"Type": "forward", "TargetGroupArn": "arn:group/gone/1"},
    {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_302", "Path": "/50%/#{path}"}},
    {
        "Type": "fixed-response",
        "FixedResponseConfig": {"StatusCode": "418", "ContentType": "text/css", "MessageBody": "100 %"},
    },
]


@pytest.mark.parametrize("algorithm", ["round_robin", "least_outstanding_requests", "weighted_random"])
def test_envoy_understands_all_that_can_be_emulated(tmp_path: Path, algorithm: str) -> None:
    rules = [{**a_rule(number, each), "Conditions": ALL_CONDITIONS} for number, each in enumerate(ALL_ACTIONS, start=1)]
    slow_start = {"slow_start.duration_seconds": "30", "load_balancing.algorithm.type": algorithm}
    made = planned(a_balancer(a_listener(*rules)), groups=[a_group(attributes=slow_start), a_group("h")])
    assert made.problems == ()
    [planned_listener] = made.listeners
    routes = tmp_path / "routes.json"
    config = listener("l", planned_listener.local_port, "HTTP", 60, True, routes)
    manager = config["filter_chains"][0]["filters"][0]["typed_config"]
    del manager["rds"]
    manager["route_config"] = {
        key: value
        for key, value in route_configuration("l", planned_listener.routes, {"x-frame-options": "DENY"}).items()
        if key != "@type"
    }
    endpoints = tmp_path / "endpoints.json"
    endpoints.write_text("{}")
    clusters = [cluster(each.name, each.policy, 55, endpoints) for each in made.groups.values()]
    for each in clusters:
        del each["@type"]
    del config["@type"]
    bootstrap = tmp_path / "bootstrap.json"
    limits = {"name": "limits", "static_layer": {"re2.max_program_size": {"error_level": 1_000_000}}}
    bootstrap.write_text(
        json.dumps(
            {
                "node": {"id": "n", "cluster": "c"},
                "static_resources": {"listeners": [config], "clusters": clusters},
                "layered_runtime": {"layers": [limits]},
            }
        )
    )
    done = subprocess.run(
        [binary(), "--mode", "validate", "-c", str(bootstrap), "--log-level", "error"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr


def test_slow_start_is_shortened_too() -> None:
    attributes = {"slow_start.duration_seconds": "30"}
    [group] = planned(groups=[a_group(attributes=attributes)], speed=10).groups.values()
    assert group.policy == policy("round_robin", 3.0)
    assert group.policy["typed_config"]["slow_start_config"] == {"slow_start_window": "3.000s"}


def test_every_port_of_this_machine_may_be_taken_and_no_other() -> None:
    ports = [57_615, 57_616]  # 7,920 below those of this machine
    made = planned(a_balancer(*[a_listener(port=port) for port in ports]))
    assert [(each.name, each.local_port) for each in made.listeners] == [("listener-65535", 65_535)]
    low = plan(LoadBalancerStore([a_balancer(a_listener(port=80), a_listener(port=81))], []), Slots(0).port, Clock(1))
    assert [(each.name, each.local_port) for each in low.listeners] == [("listener-1", 1)]


def test_health_checks_are_those_of_the_group_and_otherwise_the_defaults_of_aws() -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html"""
    checked = a_group(
        attributes={"deregistration_delay.timeout_seconds": "17"},
        HealthCheckPath="/alive",
        HealthCheckPort="9000",
        HealthCheckIntervalSeconds=11,
        HealthCheckTimeoutSeconds=4,
        HealthyThresholdCount=6,
        UnhealthyThresholdCount=7,
        Matcher={"HttpCode": "200-204"},
    )
    [group] = planned(groups=[checked]).groups.values()
    checks = group.checks
    assert (checks.path, checks.port, checks.expected) == ("/alive", 9000, "200-204")
    assert (checks.interval, checks.timeout, checks.healthy, checks.unhealthy, group.delay) == (11, 4, 6, 7, 17)
    bare = {"TargetGroupArn": "arn:group/g/1", "TargetGroupName": "g", "Attributes": {}}
    [group] = planned(groups=[bare]).groups.values()
    checks = group.checks
    assert (group.port, checks.path, checks.port, checks.expected) == (80, "/", None, "200")
    assert (checks.interval, checks.timeout, checks.healthy, checks.unhealthy, group.delay) == (30, 5, 5, 2, 300)


def test_a_rule_that_would_be_sticky_is_a_problem() -> None:
    def sticky(enabled: bool) -> dict[str, Any]:
        config = {"TargetGroups": [{"TargetGroupArn": "arn:group/g/1"}]}
        return {"Type": "forward", "ForwardConfig": {**config, "TargetGroupStickinessConfig": {"Enabled": enabled}}}

    rules = [a_rule(1, sticky(True), **path("/a")), a_rule(2, sticky(False), **path("/b"))]
    assert planned(a_balancer(a_listener(*rules))).problems == (
        "Rule 1 of the listener on port 80: stickiness is not emulated.",
    )
