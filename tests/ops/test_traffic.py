"""Requests move between services by weight, and nothing is said to have moved before it has."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from ecs_emulator.cloud.server import WebServer
from ecs_emulator.commands import options
from ecs_emulator.ops.outcomes import Outcome
from ecs_emulator.ops.target import Target
from ecs_emulator.stacks.templates import read_template
from emulator.tests.ops.fake_aws import FakeAws, Input, Refused
from ops.traffic import NOT_FOUND
from tests.cfn.platforms import CFN
from tests.ops.conftest import Clock, Mysfits

LISTENER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/mysfits/1/2"


class Balancer:
    """Two services, the rules between them, and an address that answers as the rules say."""

    def __init__(self) -> None:
        self.aws = FakeAws()
        self.states = {"likes": ["healthy", "healthy"], "service": ["healthy", "healthy"]}
        self.desired = {"likes": 2, "service": 2}
        self.feature_rule: dict[str, Any] | None = self.rule("10", "/mysfits/*/like", "likes")
        self.rest_rule = self.rule("1000", "/*", "service")
        self.default: dict[str, Any] = NOT_FOUND
        self.obeys = True  # whether answers follow the rules
        self._turn = itertools.count()
        for name in dir(self):
            if name.startswith(("cloudformation_", "ecs_", "elbv2_")):
                service, _, operation = name.partition("_")
                self.aws.operations[f"{service}.{operation}"] = getattr(self, name)

    @staticmethod
    def rule(priority: str, path: str, group: str) -> dict[str, Any]:
        return {
            "RuleArn": f"{LISTENER.replace(':listener/', ':listener-rule/')}/{priority}",
            "Priority": priority,
            "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": [path]}}],
            "Actions": [{"Type": "forward", "TargetGroupArn": f"arn:group:{group}"}],
        }

    def answer(self, environ: dict[str, Any], start: Any) -> Any:
        path = Request(environ).path
        rule = self.feature_rule if path.endswith("/like") and self.feature_rule and self.obeys else self.rest_rule
        [action] = rule["Actions"]
        if action["Type"] == "fixed-response":
            return Response(status=int(action["FixedResponseConfig"]["StatusCode"]))(environ, start)
        groups = action.get("ForwardConfig", {}).get("TargetGroups", [])
        turns = [each["TargetGroupArn"] for each in groups for _ in range(each["Weight"])] or [action["TargetGroupArn"]]
        family = turns[next(self._turn) * 37 % len(turns)].rpartition(":")[2]
        return Response("{}", headers={"X-Service-Revision": f"mysfits-{family}:1"})(environ, start)

    def cloudformation_describe_stacks(self, given: Input) -> dict[str, Any]:
        if "StackName" not in given:
            names = [f"mysfits-{name}" for name in self.desired]
            return {"Stacks": [self.cloudformation_describe_stacks({"StackName": name})["Stacks"][0] for name in names]}
        name = given["StackName"].removeprefix("mysfits-")
        if name not in self.desired:
            raise Refused("ValidationError", f"Stack with id {name} does not exist")
        parameters = [
            {"ParameterKey": "Paths", "ParameterValue": "/mysfits/*/like"},
            {"ParameterKey": "Priority", "ParameterValue": "10"},
        ]
        return {
            "Stacks": [{"StackName": f"mysfits-{name}", "StackStatus": "CREATE_COMPLETE", "Parameters": parameters}]
        }

    def cloudformation_list_stack_resources(self, given: Input) -> dict[str, Any]:
        name = given["StackName"].removeprefix("mysfits-")
        made = {
            "AWS::ElasticLoadBalancingV2::TargetGroup": f"arn:group:{name}",
            "AWS::ECS::Service": f"arn:service/cluster/{name}",
        }
        rule = self.feature_rule if name == "likes" else self.rest_rule
        if rule:
            made["AWS::ElasticLoadBalancingV2::ListenerRule"] = rule["RuleArn"]
        return {
            "StackResourceSummaries": [
                {"ResourceType": kind, "PhysicalResourceId": physical} for kind, physical in made.items()
            ]
        }

    def ecs_describe_services(self, given: Input) -> dict[str, Any]:
        [name] = given["services"]
        return {"services": [{"status": "ACTIVE", "desiredCount": self.desired[name]}]}

    def elbv2_describe_target_health(self, given: Input) -> dict[str, Any]:
        states = self.states[given["TargetGroupArn"].rpartition(":")[2]]
        return {"TargetHealthDescriptions": [{"Target": {"Id": "1"}, "TargetHealth": {"State": s}} for s in states]}

    def elbv2_describe_rules(self, _: Input) -> dict[str, Any]:
        return {"Rules": [rule for rule in (self.feature_rule, self.rest_rule) if rule]}

    def elbv2_modify_rule(self, given: Input) -> dict[str, Any]:
        for rule in (self.feature_rule, self.rest_rule):
            if rule and rule["RuleArn"] == given["RuleArn"]:
                rule["Actions"] = given["Actions"]
        return {}

    def elbv2_create_rule(self, given: Input) -> dict[str, Any]:
        self.feature_rule = {**given, "RuleArn": "arn:rule:new", "Priority": str(given["Priority"])}
        return {"Rules": [self.feature_rule]}

    def elbv2_modify_listener(self, given: Input) -> dict[str, Any]:
        [self.default] = given["DefaultActions"]
        return {}

    @property
    def weights(self) -> dict[str, int]:
        assert self.feature_rule
        groups = self.feature_rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
        return {each["TargetGroupArn"].rpartition(":")[2]: each["Weight"] for each in groups}


@pytest.fixture
def balancer(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Balancer]:
    balancer = Balancer()
    server = WebServer(balancer.answer, 0, threads=2)
    target = Target(balancer.aws.session(), {"ApiUrl": server.url})
    monkeypatch.setattr(options, "local", lambda *_: target)
    yield balancer
    server.close()


@pytest.mark.parametrize(
    ("arguments", "likes"), [(["--weight", "10"], 10), (["--weight", "50"], 50), (["--all"], 100), (["--back"], 0)]
)
def test_a_feature_gets_its_share_and_the_answers_show_it(
    operate: Mysfits, balancer: Balancer, arguments: list[str], likes: int
) -> None:
    result = operate("cutover", "likes", *arguments, "--json")
    assert result.exit_code == 0, result.output
    assert balancer.weights == {"likes": likes, "service": 100 - likes}
    told = json.loads(result.stdout)
    assert told["weight"] == likes
    assert told["answers"].get("mysfits-likes", 0) == (20 if likes == 100 else likes)


def test_there_and_back_leaves_the_monolith_as_it_was(operate: Mysfits, balancer: Balancer) -> None:
    for way in ("--all", "--back"):
        assert operate("cutover", "mysfits-likes", way).exit_code == 0
    assert balancer.weights == {"likes": 0, "service": 100}
    assert balancer.rest_rule == Balancer.rule("1000", "/*", "service")


def test_a_feature_without_a_rule_gets_one_of_its_paths_and_priority(operate: Mysfits, balancer: Balancer) -> None:
    balancer.feature_rule = None
    balancer.states["likes"] = ["unused", "unused"]
    assert operate("cutover", "likes", "--weight", "10").exit_code == 0
    (given,) = balancer.aws.inputs("elbv2.create_rule")
    assert (given["ListenerArn"], given["Priority"]) == (LISTENER, 10)
    assert given["Conditions"][0]["PathPatternConfig"] == {"Values": ["/mysfits/*/like"]}


@pytest.mark.parametrize(
    ("stack", "states", "arguments"),
    [
        ("likes", [], ["--weight", "1"]),
        ("likes", ["healthy", "unhealthy"], ["--all"]),
        ("service", ["draining"], ["--back"]),
        ("service", ["initial", "initial"], ["--weight", "99"]),
    ],
)
def test_nobody_gets_requests_without_healthy_tasks(
    operate: Mysfits, balancer: Balancer, stack: str, states: list[str], arguments: list[str]
) -> None:
    balancer.states[stack] = states
    result = operate("cutover", "likes", *arguments)
    assert result.exit_code == Outcome.FAILED
    assert f"mysfits-{stack} cannot take requests" in result.output
    assert balancer.aws.calls["elbv2.modify_rule"] == 0


def test_a_service_without_tasks_gets_no_requests(operate: Mysfits, balancer: Balancer) -> None:
    balancer.desired["service"], balancer.states["service"] = 0, []
    assert operate("cutover", "likes", "--back").exit_code == Outcome.FAILED


def test_answers_that_do_not_follow_are_a_timeout(operate: Mysfits, balancer: Balancer) -> None:
    balancer.obeys = False
    result = operate("cutover", "likes", "--all", "--timeout", "10", "--json")
    assert result.exit_code == Outcome.TIMED_OUT
    assert json.loads(result.stdout)["answers"] == {"mysfits-service": 20}


def test_a_feature_that_has_no_service_is_not_found(operate: Mysfits, balancer: Balancer) -> None:
    result = operate("cutover", "users", "--all")
    assert result.exit_code == Outcome.NOT_FOUND
    missing = "Error: There is no stack mysfits-users with a service behind the load balancer. "
    assert result.stderr == f"{missing}There are: mysfits-likes, mysfits-service.\n"
    del balancer.desired["likes"]
    way = "There are: mysfits-service. `ecs-emulator deploy --assembly split` gives every feature one.\n"
    assert operate("cutover", "users", "--all").stderr == f"{missing}{way}"
    balancer.desired["likes"] = 2
    for wrong in ([], ["--all", "--back"], ["--weight", "101"]):
        assert operate("cutover", "likes", *wrong).exit_code == Outcome.USAGE


def test_traffic_is_dropped_and_given_back(operate: Mysfits, balancer: Balancer) -> None:
    assert operate("drop-traffic", "on").exit_code == 0
    for action in (balancer.default, balancer.rest_rule["Actions"][0]):
        assert json.loads(action["FixedResponseConfig"]["MessageBody"])["status"] == 503
    assert balancer.feature_rule == Balancer.rule("10", "/mysfits/*/like", "likes"), "features go on"
    assert operate("drop-traffic", "off").exit_code == 0
    assert (balancer.default, balancer.rest_rule) == (NOT_FOUND, Balancer.rule("1000", "/*", "service"))


def test_what_is_put_back_is_what_the_template_has() -> None:
    listener = read_template(CFN / "cluster.yml")["Resources"]["HttpListener"]["Properties"]
    [[_, _, serving]] = [each["Fn::If"] for each in listener["DefaultActions"]]
    assert serving["Fn::If"][2] == NOT_FOUND
