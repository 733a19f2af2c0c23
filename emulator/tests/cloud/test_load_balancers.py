"""The store of load balancers keeps all it is given, in AWS's words, and refuses what AWS refuses."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from ecs_emulator.cloud import load_balancers
from ecs_emulator.cloud.endpoint import Cloud, OperationHandlers
from emulator.tests.cloud.wire import client, strict_cloud

NOT_FOUND = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}

_numbers = itertools.count(1)


class Network(NamedTuple):
    vpc: str
    subnets: list[str]


class World:
    """A load balancer with a listener on port 80 and two target groups."""

    def __init__(self, elbv2: Any, network: Network) -> None:
        self.elbv2, (self.vpc, self.subnets), self.number = elbv2, network, next(_numbers)
        self.name = f"balancer-{self.number}"
        made = self.elbv2.create_load_balancer(Name=self.name, Subnets=self.subnets)["LoadBalancers"][0]
        self.arn = made["LoadBalancerArn"]
        self.blue, self.green = self.group("blue"), self.group("green")
        self.listener = self.listen(80, NOT_FOUND)

    def group(self, name: str) -> str:
        made = self.elbv2.create_target_group(
            Name=f"{name}-{self.number}", VpcId=self.vpc, Protocol="HTTP", Port=8080, TargetType="ip"
        )
        return str(made["TargetGroups"][0]["TargetGroupArn"])

    def listen(self, port: int, action: dict[str, Any]) -> str:
        made = self.elbv2.create_listener(LoadBalancerArn=self.arn, Port=port, Protocol="HTTP", DefaultActions=[action])
        return str(made["Listeners"][0]["ListenerArn"])

    def rule(self, priority: int, *actions: dict[str, Any], **condition: Any) -> str:
        condition = condition or {"Field": "path-pattern", "PathPatternConfig": {"Values": [f"/{priority}"]}}
        made = self.elbv2.create_rule(
            ListenerArn=self.listener,
            Priority=priority,
            Conditions=[condition],
            Actions=list(actions) or [NOT_FOUND],
        )
        return str(made["Rules"][0]["RuleArn"])

    def told(self, rule: str) -> dict[str, Any]:
        found: dict[str, Any] = self.elbv2.describe_rules(RuleArns=[rule])["Rules"][0]
        return found

    def priorities(self) -> list[str]:
        return [rule["Priority"] for rule in self.elbv2.describe_rules(ListenerArn=self.listener)["Rules"]]

    def used_by(self, group: str) -> list[str]:
        found = self.elbv2.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]
        return list(found.get("LoadBalancerArns", []))


@pytest.fixture(scope="module")
def bare() -> Iterator[Cloud]:
    with strict_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def elbv2(bare: Cloud) -> Any:
    return client(bare, "elbv2")


@pytest.fixture(scope="module")
def network(bare: Cloud) -> Network:
    ec2 = client(bare, "ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    cidrs = {"us-east-1a": "10.0.1.0/24", "us-east-1b": "10.0.2.0/24"}
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone) for zone, cidr in cidrs.items()]
    return Network(vpc, [subnet["Subnet"]["SubnetId"] for subnet in subnets])


@pytest.fixture
def world(elbv2: Any, network: Network) -> World:
    return World(elbv2, network)


def forward(*groups: tuple[str, int]) -> dict[str, Any]:
    """A forward as AWS tells it."""
    targets = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in groups]
    return {
        "Type": "forward",
        "ForwardConfig": {"TargetGroups": targets, "TargetGroupStickinessConfig": {"Enabled": False}},
    }


CONDITIONS = [
    ("path-pattern", "PathPatternConfig", {"Values": ["/a/*", "/b"]}),
    ("path-pattern", "PathPatternConfig", {"RegexValues": ["^.*%.*$"]}),
    ("host-header", "HostHeaderConfig", {"Values": ["*.example.com"]}),
    ("host-header", "HostHeaderConfig", {"RegexValues": ["^a+$", "b"]}),
    ("http-header", "HttpHeaderConfig", {"HttpHeaderName": "User-Agent", "Values": ["*curl*"]}),
    ("http-header", "HttpHeaderConfig", {"HttpHeaderName": "User-Agent", "RegexValues": ["curl|wget"]}),
    ("http-request-method", "HttpRequestMethodConfig", {"Values": ["POST", "PUT"]}),
    ("query-string", "QueryStringConfig", {"Values": [{"Key": "version", "Value": "v1"}, {"Value": "*"}]}),
    ("source-ip", "SourceIpConfig", {"Values": ["192.0.2.0/24", "2001:db8::/32"]}),
]


def test_a_rule_has_five_condition_values_and_no_more(world: World) -> None:
    def condition(count: int) -> dict[str, Any]:
        return {"Field": "path-pattern", "PathPatternConfig": {"Values": [f"/{number}" for number in range(count)]}}

    rule = world.rule(1, **condition(5))
    asked: list[tuple[str, dict[str, Any]]] = [
        ("create_rule", {"ListenerArn": world.listener, "Priority": 2, "Actions": [NOT_FOUND]}),
        ("modify_rule", {"RuleArn": rule}),
    ]
    for operation, given in asked:
        with pytest.raises(ClientError, match="A rule can only have '5' condition values"):
            getattr(world.elbv2, operation)(**given, Conditions=[condition(6)])


def refusal(world: World, *conditions: dict[str, Any]) -> str:
    """Message of AWS on a rule of these conditions, empty when it is taken."""
    asked = {"ListenerArn": world.listener, "Priority": 7, "Actions": [NOT_FOUND], "Conditions": list(conditions)}
    try:
        rule = world.elbv2.create_rule(**asked)["Rules"][0]["RuleArn"]
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    world.elbv2.delete_rule(RuleArn=rule)
    return ""


def paths(*values: str, name: str = "Values") -> dict[str, Any]:
    return {"Field": "path-pattern", "PathPatternConfig": {name: list(values)}}


QUERY = {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "a?", "Value": "*b*"}]}}
ESCAPED = {"Field": "query-string", "QueryStringConfig": {"Values": [{"Value": r"\*\?\*\?\*\?"}]}}
AGENT = {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "User-Agent", "Values": ["a"]}}


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ([], "A rule must specify an action and a condition"),
        ([paths("/*a*b*", "/*?")], ""),
        ([paths("/*a*b*", "/*??")], "A rule can only have '5' condition wildcards"),
        ([paths("/*a*", "/*"), QUERY], "A rule can only have '5' condition wildcards"),
        ([{"Field": "path-pattern", "Values": ["/??????"]}], "A rule can only have '5' condition wildcards"),
        (
            [{"Field": "path-pattern", "Values": ["/a"], "PathPatternConfig": {"Values": ["/a"]}}],
            "You cannot specify both Values and PathPatternConfig for a condition",
        ),
        ([paths("^/.*a.*b.*c?d?e?$", name="RegexValues")], ""),
        ([ESCAPED], ""),
        ([paths("/a"), paths("/b")], "A rule can include up to one 'path-pattern' condition"),
        ([AGENT, AGENT, QUERY, QUERY], "A rule can only have '5' condition wildcards"),
        ([AGENT, AGENT], ""),
    ],
)
def test_a_rule_has_conditions_and_wildcards_as_many_as_aws_takes(
    world: World, conditions: list[dict[str, Any]], message: str
) -> None:
    assert refusal(world, *conditions) == message


@pytest.mark.parametrize(
    ("expression", "unsupported"),
    [
        ("^/a(?=b)", "(?="),
        ("^/a(?!b)", "(?!"),
        ("(?<=a)b", "(?<="),
        ("(?<!a)b", "(?<!"),
        (r"(a)\1", r"\1"),
        ("(?>a)b", "(?>"),
        ("a++b", "++"),
        ("(?R)", "(?R"),
        (r"\p{L}", r"\p"),
        (r"^/(?:a|b)\++[(?=+]\d{2}[^]a++]*?$", ""),
        (r"^/(?<name>a)\(?=+$", ""),
    ],
)
def test_a_regular_expression_has_what_those_of_rules_support(world: World, expression: str, unsupported: str) -> None:
    found = refusal(world, paths(expression, name="RegexValues"))
    assert (f"'{unsupported}'" in found) if unsupported else found == ""


def test_a_load_balancer_takes_as_many_rules_as_a_new_account_has(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecs_emulator.cloud.load_balancer_quotas.RULES", 2)
    world.rule(1)
    last = world.rule(2)
    with pytest.raises(ClientError, match=f"The maximum number of rules on load balancer '{world.arn}' has been"):
        world.rule(3)
    world.elbv2.delete_rule(RuleArn=last)
    world.rule(3)


@pytest.mark.parametrize(("field", "name", "config"), CONDITIONS)
def test_a_condition_of_every_kind_is_kept(world: World, field: str, name: str, config: dict[str, Any]) -> None:
    short = config if field in ("path-pattern", "host-header") else {}
    told = {"Field": field, name: config, **short}
    rule = world.rule(1, Field=field, **{name: config})
    assert world.told(rule)["Conditions"] == [told]
    world.elbv2.modify_rule(RuleArn=rule, Actions=[{"Type": "forward", "TargetGroupArn": world.blue}])
    assert world.told(rule)["Conditions"] == [told]
    other = world.rule(2)
    world.elbv2.modify_rule(RuleArn=other, Conditions=[{"Field": field, name: config}])
    assert world.told(other)["Conditions"] == [told]


def test_a_condition_in_short_is_told_at_length(world: World) -> None:
    rule = world.rule(1, Field="path-pattern", Values=["/a"])
    told = {"Field": "path-pattern", "Values": ["/a"], "PathPatternConfig": {"Values": ["/a"]}}
    assert world.told(rule)["Conditions"] == [told]


@pytest.mark.parametrize(
    "condition",
    [
        {"Field": "path-pattern"},
        {"Field": "path-pattern", "PathPatternConfig": {}},
        {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a"], "RegexValues": ["/b"]}},
        {"Field": "http-header", "HttpHeaderConfig": {"Values": ["a"]}},
        {"Field": "nonsense", "Values": ["a"]},
        {"PathPatternConfig": {"Values": ["/a"]}},
    ],
)
def test_a_condition_that_says_nothing_is_refused(world: World, condition: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="ValidationError"):
        world.elbv2.create_rule(ListenerArn=world.listener, Priority=1, Conditions=[condition], Actions=[NOT_FOUND])


def test_actions_of_every_kind_are_kept(world: World) -> None:
    weighted = forward((world.blue, 90), (world.green, 10))
    weighted["ForwardConfig"]["TargetGroupStickinessConfig"] = {"Enabled": True, "DurationSeconds": 60}
    redirect = {
        "Type": "redirect",
        "RedirectConfig": {
            "Protocol": "HTTPS",
            "Port": "443",
            "Host": "#{host}",
            "Path": "/#{path}",
            "Query": "#{query}",
            "StatusCode": "HTTP_301",
        },
    }
    fixed = {
        "Type": "fixed-response",
        "FixedResponseConfig": {"StatusCode": "503", "ContentType": "text/plain", "MessageBody": "a & <b>\n해태"},
    }
    for priority, action in enumerate((weighted, redirect, fixed), 1):
        assert world.told(world.rule(priority, action))["Actions"] == [action]


def redirect(**config: str) -> dict[str, Any]:
    return {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", **config}}


def fixed(status: str) -> dict[str, Any]:
    return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": status}}


@pytest.mark.parametrize(
    ("actions", "code"),
    [
        ([], "ValidationError"),
        ([{"Type": "nonsense"}], "ValidationError"),
        ([{"Type": "forward"}], "ValidationError"),
        ([{"Type": "forward", "ForwardConfig": {}}], "ValidationError"),
        ([{"Type": "forward", "ForwardConfig": {"TargetGroups": []}}], "ValidationError"),
        ([{"Type": "forward", "ForwardConfig": {"TargetGroups": [{}]}}], "ValidationError"),
        ([{"Type": "fixed-response"}], "ValidationError"),
        ([fixed("302")], "ValidationError"),
        ([fixed("2000")], "ValidationError"),
        ([{"Type": "redirect"}], "ValidationError"),
        ([redirect(StatusCode="HTTP_303", Path="/a")], "ValidationError"),
        ([redirect(Path="a")], "InvalidLoadBalancerAction"),
        ([redirect()], "InvalidLoadBalancerAction"),
        (
            [redirect(Protocol="HTTP", Port="80", Host="#{host}", Path="/#{path}", Query="a")],
            "InvalidLoadBalancerAction",
        ),
        ([fixed("404"), redirect(Path="/a")], "ValidationError"),
        ([{**fixed("404"), "Order": 1}, {"Type": "authenticate-oidc", "Order": 2}], "ValidationError"),
        ([{"Type": "authenticate-oidc"}], "ValidationError"),
    ],
)
def test_actions_that_lack_something_or_lead_nowhere_are_refused(
    world: World, actions: list[dict[str, Any]], code: str
) -> None:
    rule, condition = world.rule(1), {"Field": "path-pattern", "Values": ["/a"]}
    balancer = {"LoadBalancerArn": world.arn, "Port": 81, "Protocol": "HTTP"}
    # On port 81 a redirect to port 80 is no loop.
    is_elsewhere = any(action.get("RedirectConfig", {}).get("Port") == "80" for action in actions)
    for operation, given in (
        *([] if is_elsewhere else [("create_listener", {**balancer, "DefaultActions": actions})]),
        ("modify_listener", {"ListenerArn": world.listener, "DefaultActions": actions}),
        ("create_rule", {"ListenerArn": world.listener, "Priority": 2, "Conditions": [condition], "Actions": actions}),
        ("modify_rule", {"RuleArn": rule, "Actions": actions}),
    ):
        with pytest.raises(ClientError) as raised:
            getattr(world.elbv2, operation)(**given)
        told = raised.value.response
        assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == (code, 400), operation
    assert world.told(rule)["Actions"] == [NOT_FOUND]
    assert len(world.elbv2.describe_listeners(LoadBalancerArn=world.arn)["Listeners"]) == 1


def test_a_redirect_that_changes_one_part_is_taken(world: World) -> None:
    changes = [{"Protocol": "HTTPS"}, {"Port": "81"}, {"Host": "a.#{host}"}, {"Path": "/a/#{path}"}]
    for priority, change in enumerate(changes, 1):
        world.rule(priority, redirect(**change))
    with pytest.raises(ClientError, match="loop"):
        world.elbv2.modify_listener(ListenerArn=world.listener, DefaultActions=[redirect(Port="81")], Port=81)


def test_a_forward_is_told_both_ways(world: World) -> None:
    rule = world.rule(1, {"Type": "forward", "TargetGroupArn": world.blue})
    told = {**forward((world.blue, 1)), "TargetGroupArn": world.blue}
    assert world.told(rule)["Actions"] == [told]
    world.elbv2.modify_rule(RuleArn=rule, Actions=[forward((world.blue, 0), (world.green, 1))])
    assert world.told(rule)["Actions"] == [forward((world.blue, 0), (world.green, 1))]
    world.elbv2.modify_listener(ListenerArn=world.listener, DefaultActions=[{**told, "ForwardConfig": {}}])
    listeners = world.elbv2.describe_listeners(LoadBalancerArn=world.arn)["Listeners"]
    assert listeners[0]["DefaultActions"] == [told]
    default = world.elbv2.describe_rules(ListenerArn=world.listener)["Rules"][-1]
    assert (default["Priority"], default["IsDefault"], default["Actions"]) == ("default", True, [told])


def test_rules_are_told_in_the_order_in_which_they_are_tried(world: World) -> None:
    rules = {priority: world.rule(priority) for priority in (30, 4, 200)}
    assert world.priorities() == ["4", "30", "200", "default"]
    pages = world.elbv2.get_paginator("describe_rules").paginate(
        ListenerArn=world.listener, PaginationConfig={"PageSize": 1}
    )
    assert [page["Rules"][0]["Priority"] for page in pages] == ["4", "30", "200", "default"]
    world.elbv2.set_rule_priorities(
        RulePriorities=[{"RuleArn": rules[4], "Priority": 30}, {"RuleArn": rules[30], "Priority": 4}]
    )
    assert world.told(rules[4])["Priority"] == "30"
    assert world.told(rules[30])["Priority"] == "4"


def test_no_two_rules_have_one_priority(world: World) -> None:
    first, second = world.rule(1), world.rule(2)
    with pytest.raises(world.elbv2.exceptions.PriorityInUseException):
        world.rule(1)
    for wanted in ({first: 2}, {first: 3, second: 3}):
        with pytest.raises(world.elbv2.exceptions.PriorityInUseException):
            world.elbv2.set_rule_priorities(
                RulePriorities=[{"RuleArn": rule, "Priority": priority} for rule, priority in wanted.items()]
            )
    assert world.priorities() == ["1", "2", "default"]


def test_the_default_rule_stays(world: World) -> None:
    default = world.elbv2.describe_rules(ListenerArn=world.listener)["Rules"][0]["RuleArn"]
    with pytest.raises(world.elbv2.exceptions.OperationNotPermittedException):
        world.elbv2.delete_rule(RuleArn=default)
    with pytest.raises(world.elbv2.exceptions.OperationNotPermittedException):
        world.elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": default, "Priority": 1}])


def test_a_rule_that_is_gone_is_not_found(world: World) -> None:
    rule = world.rule(1)
    world.elbv2.delete_rule(RuleArn=rule)
    assert world.priorities() == ["default"]
    for operation, given in (("delete_rule", {"RuleArn": rule}), ("describe_rules", {"RuleArns": [rule]})):
        with pytest.raises(world.elbv2.exceptions.RuleNotFoundException):
            getattr(world.elbv2, operation)(**given)
    with pytest.raises(world.elbv2.exceptions.RuleNotFoundException):
        world.elbv2.modify_rule(RuleArn=rule, Actions=[NOT_FOUND])


def test_a_target_group_tells_who_uses_it(world: World) -> None:
    assert world.used_by(world.blue) == []
    rule = world.rule(1, forward((world.blue, 1), (world.green, 1)))
    assert (world.used_by(world.blue), world.used_by(world.green)) == ([world.arn], [world.arn])
    world.elbv2.modify_rule(RuleArn=rule, Actions=[forward((world.green, 1))])
    assert (world.used_by(world.blue), world.used_by(world.green)) == ([], [world.arn])
    with pytest.raises(world.elbv2.exceptions.ResourceInUseException):
        world.elbv2.delete_target_group(TargetGroupArn=world.green)
    world.elbv2.delete_rule(RuleArn=rule)
    assert world.used_by(world.green) == []
    world.elbv2.delete_target_group(TargetGroupArn=world.green)


def test_a_group_that_is_not_there_takes_no_traffic(world: World) -> None:
    missing = [{"Type": "forward", "TargetGroupArn": f"{world.blue}0"}]
    with pytest.raises(world.elbv2.exceptions.TargetGroupNotFoundException):
        world.elbv2.modify_listener(ListenerArn=world.listener, DefaultActions=missing)
    with pytest.raises(world.elbv2.exceptions.TargetGroupNotFoundException):
        world.rule(1, *missing)


def test_health_checks_change(world: World) -> None:
    changed = {
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "9000",
        "HealthCheckPath": "/healthy?a=b",
        "HealthCheckIntervalSeconds": 7,
        "HealthCheckTimeoutSeconds": 4,
        "HealthyThresholdCount": 3,
        "UnhealthyThresholdCount": 9,
        "Matcher": {"HttpCode": "200-204,301"},
    }
    world.elbv2.modify_target_group(TargetGroupArn=world.blue, **changed)
    told = world.elbv2.describe_target_groups(TargetGroupArns=[world.blue])["TargetGroups"][0]
    assert {name: told[name] for name in changed} == changed


def test_attributes_change_one_by_one_and_have_aws_s_defaults(world: World) -> None:
    world.elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=world.arn, Attributes=[{"Key": "routing.http.xff_header_processing.mode", "Value": "preserve"}]
    )
    told = world.elbv2.describe_load_balancer_attributes(LoadBalancerArn=world.arn)["Attributes"]
    attributes = {each["Key"]: each["Value"] for each in told}
    assert attributes["idle_timeout.timeout_seconds"] == "60"
    assert attributes["routing.http.xff_header_processing.mode"] == "preserve"
    world.elbv2.modify_target_group_attributes(
        TargetGroupArn=world.blue, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "0"}]
    )
    told = world.elbv2.describe_target_group_attributes(TargetGroupArn=world.blue)["Attributes"]
    attributes = {each["Key"]: each["Value"] for each in told}
    assert attributes["deregistration_delay.timeout_seconds"] == "0"
    assert attributes["slow_start.duration_seconds"] == "0"
    assert attributes["load_balancing.algorithm.type"] == "round_robin"


def test_a_target_group_has_the_attributes_of_its_kind_of_load_balancer(world: World) -> None:
    def attributes(group: str) -> dict[str, str]:
        told = world.elbv2.describe_target_group_attributes(TargetGroupArn=group)["Attributes"]
        return {each["Key"]: each["Value"] for each in told}

    made = world.elbv2.create_target_group(
        Name=f"tcp-{world.number}", VpcId=world.vpc, Protocol="TCP", Port=6379, TargetType="ip"
    )
    network = made["TargetGroups"][0]["TargetGroupArn"]
    application = attributes(world.blue)
    assert application["stickiness.type"] == "lb_cookie"
    assert application["load_balancing.algorithm.anomaly_mitigation"] == "off"
    assert not {"waf.fail_open.enabled", "proxy_protocol_v2.enabled"} & application.keys()
    assert attributes(network) == {
        "deregistration_delay.connection_termination.enabled": "false",
        "deregistration_delay.timeout_seconds": "300",
        "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
        "preserve_client_ip.enabled": "false",
        "proxy_protocol_v2.enabled": "false",
        "stickiness.enabled": "false",
        "stickiness.type": "source_ip",
        "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
        "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
        "target_health_state.unhealthy.connection_termination.enabled": "true",
        "target_health_state.unhealthy.draining_interval_seconds": "0",
    }
    for group, foreign in ((network, "slow_start.duration_seconds"), (world.blue, "preserve_client_ip.enabled")):
        changed = [{"Key": foreign, "Value": "true"}]
        with pytest.raises(ClientError, match="The provided target group attribute is not supported"):
            world.elbv2.modify_target_group_attributes(TargetGroupArn=group, Attributes=changed)


HEALTHY = "target_group_health.unhealthy_state_routing.minimum_healthy_targets"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"slow_start.duration_seconds": "abc"}, "must be '0' or between '30-900' inclusive"),
        ({"slow_start.duration_seconds": "29"}, "must be '0' or between '30-900' inclusive"),
        ({"deregistration_delay.timeout_seconds": "-1"}, "must be between '0-3600' inclusive"),
        ({"deregistration_delay.timeout_seconds": "3601"}, "must be between '0-3600' inclusive"),
        ({"deregistration_delay.timeout_seconds": "3600"}, ""),
        ({"stickiness.lb_cookie.duration_seconds": "604801"}, "must be between '1-604800' inclusive"),
        ({"stickiness.enabled": "yes"}, r"must be one of \[true, false\]"),
        ({"stickiness.type": "nonsense"}, r"'Stickiness type' must be one of \[app_cookie, lb_cookie, source_ip\]"),
        ({"stickiness.type": "source_ip"}, "is not supported for target groups with the HTTP protocol"),
        ({"stickiness.type": "app_cookie"}, "You must set an application cookie name"),
        ({"stickiness.type": "app_cookie", "stickiness.app_cookie.cookie_name": "AWSALB"}, "'AWSALB' is reserved"),
        ({"stickiness.type": "app_cookie", "stickiness.app_cookie.cookie_name": "session"}, ""),
        ({"load_balancing.algorithm.type": "fastest"}, "must be one of .round_robin, least_outstanding_requests"),
        ({"load_balancing.cross_zone.enabled": "use_load_balancer_configuration"}, ""),
        ({f"{HEALTHY}.count": "off"}, "must be between '1-1000' inclusive"),
        ({f"{HEALTHY}.percentage": "101"}, "must be 'off' or between '1-100' inclusive"),
        ({f"{HEALTHY}.percentage": "off"}, ""),
    ],
)
def test_a_target_group_s_attributes_have_values_that_aws_takes(
    world: World, values: dict[str, str], message: str
) -> None:
    listed = [{"Key": key, "Value": value} for key, value in values.items()]
    if message:
        with pytest.raises(ClientError, match=message):
            world.elbv2.modify_target_group_attributes(TargetGroupArn=world.blue, Attributes=listed)
    else:
        told = world.elbv2.modify_target_group_attributes(TargetGroupArn=world.blue, Attributes=listed)["Attributes"]
        assert values.items() <= {each["Key"]: each["Value"] for each in told}.items()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("idle_timeout.timeout_seconds", "0", "'idle_timeout.timeout_seconds' value '0' must be between '1-4000'"),
        ("client_keep_alive.seconds", "59", "must be between '60-604800' inclusive"),
        ("deletion_protection.enabled", "maybe", r"must be one of \[true, false\]"),
        ("routing.http.desync_mitigation_mode", "lax", "must be one of .monitor, defensive, strictest"),
    ],
)
def test_a_load_balancer_s_attributes_have_values_that_aws_takes(
    world: World, key: str, value: str, message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        world.elbv2.modify_load_balancer_attributes(
            LoadBalancerArn=world.arn, Attributes=[{"Key": key, "Value": value}]
        )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"HealthCheckPath": "x"}, "Health check path 'x' must begin with a '/' character"),
        ({"HealthCheckPort": "0"}, "Health check port '0' must be 'traffic-port' or between '1-65535' inclusive"),
        ({"HealthCheckProtocol": "TCP"}, r"Health check protocol 'TCP' must be one of \[HTTP, HTTPS\]"),
        ({"HealthCheckIntervalSeconds": 5}, "Health check interval must be greater than the timeout."),
        ({"HealthCheckTimeoutSeconds": 30}, "Health check interval must be greater than the timeout."),
        ({"Matcher": {"HttpCode": "200,503"}}, "HTTP code '503' must be within '200-499' inclusive"),
        ({"Protocol": "TCP", "HealthCheckIntervalSeconds": 10, "HealthCheckTimeoutSeconds": 10}, ""),
        (
            {"Protocol": "TCP", "HealthCheckIntervalSeconds": 10, "HealthCheckTimeoutSeconds": 11},
            "Health check interval must be greater than or equal to the timeout.",
        ),
    ],
)
def test_health_checks_keep_the_rules_between_their_settings(
    world: World, settings: dict[str, Any], message: str
) -> None:
    group = {"Name": f"checked-{world.number}", "VpcId": world.vpc, "Protocol": "HTTP", "Port": 80, **settings}
    if not message:
        world.elbv2.create_target_group(**group)
        return
    with pytest.raises(ClientError, match=message):
        world.elbv2.create_target_group(**group)
    if "Protocol" not in settings:
        with pytest.raises(ClientError, match=message):
            world.elbv2.modify_target_group(TargetGroupArn=world.blue, **settings)


@pytest.mark.parametrize(
    ("name", "zones", "code", "message"),
    [
        ("one", [0], "ValidationError", "At least two subnets in two different Availability Zones must be specified"),
        ("twice", [0, 0, 2], "InvalidConfigurationRequest", "cannot be attached to multiple subnets in the same"),
        ("-dash", [0, 1], "ValidationError", "The load balancer name '-dash' cannot begin or end with '-'"),
        ("internal-a", [0, 1], "ValidationError", "cannot begin with 'internal-'"),
        ("a" * 33, [0, 1], "ValidationError", "cannot be longer than '32' characters"),
        ("a_b", [0, 1], "ValidationError", "can only contain characters that are alphanumeric"),
    ],
)
def test_a_load_balancer_has_a_name_and_a_subnet_in_each_of_two_zones(
    bare: Cloud, elbv2: Any, network: Network, name: str, zones: list[int], code: str, message: str
) -> None:
    more = client(bare, "ec2").describe_subnets(Filters=[{"Name": "vpc-id", "Values": [network.vpc]}])["Subnets"]
    beside = [each["SubnetId"] for each in more if each["SubnetId"] not in network.subnets]
    if not beside:
        made = client(bare, "ec2").create_subnet(
            VpcId=network.vpc, CidrBlock="10.0.3.0/24", AvailabilityZone="us-east-1a"
        )
        beside = [made["Subnet"]["SubnetId"]]
    subnets = [[*network.subnets, *beside][each] for each in zones]
    with pytest.raises(ClientError, match=message) as error:
        elbv2.create_load_balancer(Name=name, Subnets=subnets)
    assert error.value.response["Error"]["Code"] == code


def test_an_encrypted_listener_has_a_certificate_and_no_other_has(world: World) -> None:
    listener = {"LoadBalancerArn": world.arn, "DefaultActions": [NOT_FOUND]}
    with pytest.raises(ClientError, match="A certificate must be specified for HTTPS listeners"):
        world.elbv2.create_listener(**listener, Port=443, Protocol="HTTPS")
    with pytest.raises(ClientError, match="A certificate must be specified for HTTPS listeners"):
        world.elbv2.modify_listener(ListenerArn=world.listener, Protocol="HTTPS")
    certificates = [{"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/a"}]
    with pytest.raises(ClientError, match="A certificate cannot be specified for HTTP listeners"):
        world.elbv2.create_listener(**listener, Port=81, Protocol="HTTP", Certificates=certificates)
    with pytest.raises(world.elbv2.exceptions.CertificateNotFoundException):
        world.elbv2.create_listener(**listener, Port=443, Protocol="HTTPS", Certificates=certificates)


@pytest.mark.parametrize(
    ("weight", "seconds", "message"),
    [
        (1000, 60, "Target group weight '1000' must be between '0-999' inclusive"),
        (-1, 60, "Target group weight '-1' must be between '0-999' inclusive"),
        (1, 0, "Target group stickiness duration must be between 1 and 604800 seconds"),
    ],
)
def test_a_forward_has_weights_and_a_duration_that_aws_takes(
    world: World, weight: int, seconds: int, message: str
) -> None:
    action = forward((world.blue, weight), (world.green, 999))
    action["ForwardConfig"]["TargetGroupStickinessConfig"] = {"Enabled": True, "DurationSeconds": seconds}
    for ask in (world.rule, world.listen):
        with pytest.raises(ClientError, match=message):
            ask(81, action)


def test_what_is_not_there_has_no_tags_and_no_policy_and_is_said(world: World) -> None:
    gone = {"ResourceArns": [f"{world.arn}0"]}
    listener = {"LoadBalancerArn": world.arn, "Port": 443, "Protocol": "HTTPS", "DefaultActions": [NOT_FOUND]}
    for operation, given, code in [
        ("describe_tags", gone, "LoadBalancerNotFound"),
        ("describe_tags", {"ResourceArns": [f"{world.blue}0"]}, "TargetGroupNotFound"),
        ("describe_tags", {"ResourceArns": ["x"]}, "ValidationError"),
        ("describe_ssl_policies", {"Names": ["mine"]}, "SSLPolicyNotFound"),
        ("create_listener", {**listener, "SslPolicy": "mine"}, "SSLPolicyNotFound"),
    ]:
        with pytest.raises(ClientError) as error:
            getattr(world.elbv2, operation)(**given)
        assert error.value.response["Error"]["Code"] == code
    assert world.elbv2.describe_tags(ResourceArns=[world.arn, world.listener, world.blue])["TagDescriptions"]


def test_a_marker_is_one_that_an_answer_gave(world: World) -> None:
    for operation, given in [
        ("describe_load_balancers", {}),
        ("describe_target_groups", {}),
        ("describe_rules", {"ListenerArn": world.listener}),
    ]:
        with pytest.raises(ClientError, match="ValidationError"):
            getattr(world.elbv2, operation)(**given, Marker="zz")


def test_a_listener_s_attributes_are_those_of_an_application_load_balancer(world: World) -> None:
    origin = "routing.http.response.access_control_allow_origin.header_value"
    told = world.elbv2.describe_listener_attributes(ListenerArn=world.listener)["Attributes"]
    attributes = {each["Key"]: each["Value"] for each in told}
    assert len(attributes) == 19
    assert (attributes[origin], attributes["routing.http.response.server.enabled"]) == ("", "true")
    changed = [{"Key": origin, "Value": "*"}]
    told = world.elbv2.modify_listener_attributes(ListenerArn=world.listener, Attributes=changed)["Attributes"]
    assert {each["Key"]: each["Value"] for each in told} == attributes | {origin: "*"}


def test_an_attribute_that_does_not_exist_is_refused(world: World) -> None:
    nonsense = [{"Key": "nonsense", "Value": "1"}]
    for key in ("nonsense", "tcp.idle_timeout.seconds"):
        with pytest.raises(ClientError, match="ValidationError"):
            world.elbv2.modify_listener_attributes(ListenerArn=world.listener, Attributes=[{"Key": key, "Value": "60"}])
    with pytest.raises(ClientError, match="ValidationError"):
        world.elbv2.modify_target_group_attributes(TargetGroupArn=world.blue, Attributes=nonsense)
    with pytest.raises(ClientError, match="Load balancer attribute key 'nonsense' is not recognized"):
        world.elbv2.modify_load_balancer_attributes(LoadBalancerArn=world.arn, Attributes=nonsense)


def test_names_and_ports_are_taken_once(world: World) -> None:
    with pytest.raises(world.elbv2.exceptions.DuplicateLoadBalancerNameException):
        world.elbv2.create_load_balancer(Name=world.name, Subnets=world.subnets)
    with pytest.raises(world.elbv2.exceptions.DuplicateTargetGroupNameException):
        world.group("blue")
    with pytest.raises(world.elbv2.exceptions.DuplicateListenerException):
        world.listen(80, NOT_FOUND)
    other = world.listen(81, NOT_FOUND)
    with pytest.raises(world.elbv2.exceptions.DuplicateListenerException):
        world.elbv2.modify_listener(ListenerArn=other, Port=80)
    world.elbv2.modify_listener(ListenerArn=other, Port=81, DefaultActions=[forward((world.blue, 1))])


def test_a_protected_load_balancer_is_not_deleted(world: World) -> None:
    def protect(value: str) -> None:
        attribute = {"Key": "deletion_protection.enabled", "Value": value}
        world.elbv2.modify_load_balancer_attributes(LoadBalancerArn=world.arn, Attributes=[attribute])

    protect("true")
    with pytest.raises(world.elbv2.exceptions.OperationNotPermittedException):
        world.elbv2.delete_load_balancer(LoadBalancerArn=world.arn)
    protect("false")
    world.elbv2.delete_load_balancer(LoadBalancerArn=world.arn)
    with pytest.raises(world.elbv2.exceptions.LoadBalancerNotFoundException):
        world.elbv2.describe_load_balancers(LoadBalancerArns=[world.arn])


def test_what_is_not_emulated_is_refused(world: World) -> None:
    transform = {
        "Type": "host-header-rewrite",
        "HostHeaderRewriteConfig": {"Rewrites": [{"Regex": "a", "Replace": "b"}]},
    }
    with pytest.raises(ClientError, match="Transforms are not emulated here"):
        world.elbv2.create_rule(
            ListenerArn=world.listener,
            Priority=1,
            Conditions=[{"Field": "path-pattern", "Values": ["/a"]}],
            Actions=[NOT_FOUND],
            Transforms=[transform],
        )


def test_the_load_balancer_s_name_leads_to_this_machine(world: World, bare: Cloud) -> None:
    bare.emulate(
        "elbv2",
        OperationHandlers(
            load_balancers.OPERATIONS,
            rest_to_moto=True,
            rewrite=load_balancers.address(lambda arn: f"{len(arn)}.localhost"),
        ),
    )
    found = world.elbv2.describe_load_balancers(Names=[world.name])["LoadBalancers"][0]
    assert (found["DNSName"], found["Scheme"], found["State"]) == (
        f"{len(found['LoadBalancerArn'])}.localhost",
        "internet-facing",
        {"Code": "active"},
    )
    world.elbv2.get_waiter("load_balancer_available").wait(Names=[world.name])


def test_a_change_is_noted_and_a_question_is_not(world: World, bare: Cloud) -> None:
    changes: list[int] = []
    bare.emulate(
        "elbv2", OperationHandlers(load_balancers.OPERATIONS, rest_to_moto=True, changed=lambda: changes.append(1))
    )
    world.priorities()
    world.used_by(world.blue)
    with pytest.raises(ClientError):
        world.elbv2.delete_target_group(TargetGroupArn=f"{world.blue}0")
    assert changes == []
    rule = world.rule(1)
    world.elbv2.modify_target_group(TargetGroupArn=world.blue, HealthCheckPath="/x")
    world.elbv2.delete_rule(RuleArn=rule)
    assert len(changes) == 3


def test_a_network_load_balancer_takes_forwards_to_groups_of_its_protocols(elbv2: Any, network: Network) -> None:
    made = elbv2.create_load_balancer(Name="passes-on", Type="network", Subnets=network.subnets)["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    assert ":loadbalancer/net/passes-on/" in arn
    group = elbv2.create_target_group(Name="tcp", VpcId=network.vpc, Protocol="TCP", Port=8080, TargetType="ip")
    to_group = {"Type": "forward", "TargetGroupArn": group["TargetGroups"][0]["TargetGroupArn"]}
    for port, protocol, action, code in [
        (81, "TCP", NOT_FOUND, "InvalidLoadBalancerAction"),
        (82, "UDP", to_group, "IncompatibleProtocols"),
        (83, "TLS", to_group, "ValidationError"),
    ]:
        with pytest.raises(ClientError) as raised:
            elbv2.create_listener(LoadBalancerArn=arn, Port=port, Protocol=protocol, DefaultActions=[action])
        assert raised.value.response["Error"]["Code"] == code
    [listener] = elbv2.create_listener(LoadBalancerArn=arn, Port=84, Protocol="TCP", DefaultActions=[to_group])[
        "Listeners"
    ]
    idle = [{"Key": "tcp.idle_timeout.seconds", "Value": "60"}]
    told = elbv2.modify_listener_attributes(ListenerArn=listener["ListenerArn"], Attributes=idle)["Attributes"]
    assert told == idle
    for change in ({"Protocol": "UDP"}, {"DefaultActions": [NOT_FOUND]}):
        with pytest.raises(ClientError, match=r"not valid for|incompatible protocols"):
            elbv2.modify_listener(ListenerArn=listener["ListenerArn"], **change)


def test_an_application_load_balancer_takes_no_group_of_connections(world: World) -> None:
    made = world.elbv2.create_target_group(Name=f"tcp-{world.number}", VpcId=world.vpc, Protocol="TCP", Port=8080)
    to_group = {"Type": "forward", "TargetGroupArn": made["TargetGroups"][0]["TargetGroupArn"]}
    rule = world.rule(1)
    for call in (
        lambda: world.listen(81, to_group),
        lambda: world.elbv2.modify_listener(ListenerArn=world.listener, DefaultActions=[to_group]),
        lambda: world.rule(2, to_group),
        lambda: world.elbv2.modify_rule(RuleArn=rule, Actions=[to_group]),
    ):
        with pytest.raises(ClientError, match="incompatible protocols: 'HTTP' and 'TCP'"):
            call()


@pytest.mark.parametrize(
    ("kind", "key"), [("network", "routing.http2.enabled"), ("application", "dns_record.client_routing_policy")]
)
def test_an_attribute_of_the_other_type_is_refused(elbv2: Any, network: Network, kind: str, key: str) -> None:
    made = elbv2.create_load_balancer(Name=f"attributes-{kind}", Type=kind, Subnets=network.subnets)
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    with pytest.raises(ClientError, match=f"'{key}' is not supported on load balancers with type '{kind}'"):
        elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{"Key": key, "Value": "true"}])
