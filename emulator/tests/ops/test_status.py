"""One screen says what runs, and what is known to be wrong with it."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from click.testing import CliRunner

from ecs_emulator.ops import notes, tasks
from ecs_emulator.ops import status as statuses
from ecs_emulator.ops.events import event_text
from ecs_emulator.ops.notes import BalancerSettings
from ecs_emulator.ops.terminal import wrapped
from emulator.tests.ops.conftest import Operate, main
from emulator.tests.ops.world import FAMILY, NOW, World


@pytest.fixture(autouse=True)
def balancer(world: World) -> dict[str, str]:
    """The attributes of the load balancer and of the target group."""
    attributes = {"idle_timeout.timeout_seconds": "55", "deregistration_delay.timeout_seconds": "30"}
    listed = lambda _: {"Attributes": [{"Key": key, "Value": value} for key, value in attributes.items()]}  # noqa: E731
    world.aws.operations |= {
        "elbv2.describe_target_group_attributes": listed,
        "elbv2.describe_load_balancer_attributes": listed,
    }
    return attributes


def test_a_healthy_service_is_one_screen_without_a_note(operate: Operate, world: World) -> None:
    world.events = [{"id": "1", "createdAt": NOW, "message": "(service x) has reached a steady state."}]
    result = operate("status")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        f"shop-web  {FAMILY}:1  2 of 2 tasks run",
        "  image 123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:one",
        "  rule 1000  /*  100 % of it comes here",
        f"  deployment PRIMARY  {FAMILY}:1  COMPLETED  2/2 running, 0 starting, 0 failed",
        f"  task running0  {FAMILY}:1  RUNNING  since 03:04:05  10.0.0.0  target healthy",
        f"  task running1  {FAMILY}:1  RUNNING  since 03:04:05  10.0.0.1  target healthy",
        "  03:04:05  has reached a steady state.",
    ]


@pytest.mark.parametrize(
    ("rule", "protocol", "line"),
    [
        ({"Priority": "default", "Conditions": []}, "HTTP", "listener HTTP:80  requests that no rule takes  "),
        ({"Priority": "default", "Conditions": []}, "TCP", "listener TCP:80  connections  "),
        (
            {"Conditions": [{"Field": "host-header", "HostHeaderConfig": {"Values": ["a.example", "b.example"]}}]},
            "HTTP",
            "rule 7  host-header a.example b.example  ",
        ),
        (
            {"Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/a$"]}}]},
            "HTTP",
            "rule 7  path-pattern ^/a$  ",
        ),
        (
            {
                "Conditions": [
                    {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "2"}]}},
                    {"Field": "path-pattern", "Values": ["/a"]},
                    {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Who", "Values": ["me"]}},
                ]
            },
            "HTTP",
            "rule 7  /a query-string v=2 http-header X-Who me  ",
        ),
    ],
)
def test_a_rule_says_what_it_takes(
    operate: Operate, world: World, rule: dict[str, Any], protocol: str, line: str
) -> None:
    world.listener["Protocol"] = protocol
    world.rules = [{**world.rules[0], "Priority": "7", **rule}]
    assert f"  {line}100 % of it comes here" in operate("status").output.splitlines()


@pytest.mark.parametrize(
    ("health", "said"),
    [
        ("", "no target"),
        ("healthy", "target healthy"),
        ("healthy, healthy", "2 targets healthy"),
        ("healthy, initial", "2 targets healthy, initial"),
    ],
)
def test_targets_in_several_groups_are_counted(operate: Operate, world: World, health: str, said: str) -> None:
    [facts] = json.loads(operate("status", "--json").stdout)["services"]
    task = {**facts["tasks"][0], "since": None, "health": health}
    shown = statuses.lines([{**facts, "tasks": [task], "events": []}])
    assert any(line.endswith(f"  {said}") for line in shown), shown


def test_programs_get_the_same_as_json(operate: Operate, world: World) -> None:
    world.states = ["healthy", "initial", "draining"]
    [service] = json.loads(operate("status", "--json").stdout)["services"]
    assert (service["revision"], service["desired"], service["notes"]) == (f"{FAMILY}:1", 2, [])
    assert [task["health"] for task in service["tasks"]] == ["healthy", "initial"]
    assert service["targets"] == [{"address": "10.0.0.2", "health": "draining"}]


def test_watching_shows_what_changes_until_ctrl_c(
    operate: Operate, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = iter([None, lambda: world.runs.pop(), None])

    def sleep(_seconds: float) -> None:
        try:
            happens = next(rounds)
        except StopIteration:
            raise KeyboardInterrupt from None
        if happens:
            happens()

    monkeypatch.setattr(time, "sleep", sleep)
    result = operate("status", "--watch")
    assert result.exit_code == 0
    assert [line for line in result.output.splitlines() if "tasks run" in line] == [
        f"shop-web  {FAMILY}:1  2 of 2 tasks run",
        f"shop-web  {FAMILY}:1  1 of 2 tasks run",
    ]


SCREEN = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")  # what a terminal obeys
REGISTERED = (
    "(service shop-web) registered 1 targets in (target-group arn:aws:elasticloadbalancing:us-east-1:123456789012:"
    "targetgroup/shop-web/c414b7b13a5bae4d), of which every word is worth reading to its very end"
)


def test_a_view_of_80_columns_is_cut_nowhere_and_stays_after_ctrl_c(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.events = [{"id": "1", "createdAt": NOW, "message": REGISTERED}]
    rounds = iter([lambda: world.runs.pop()])

    def sleep(_seconds: float) -> None:
        if (happens := next(rounds, None)) is None:
            raise KeyboardInterrupt
        happens()

    monkeypatch.setattr(time, "sleep", sleep)
    terminal = {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": "80", "LINES": "50"}
    result = CliRunner().invoke(main, ["status", "--watch"], env=terminal)
    assert result.exit_code == 0, result.output
    # What is written after the last erasing of the live view is what stays.
    *_, last = result.output.rpartition("\x1b[2K")
    lines = SCREEN.sub("", last).splitlines()
    assert [line for line in lines if "tasks run" in line] == [f"shop-web  {FAMILY}:1  1 of 2 tasks run"]
    assert max(map(len, lines)) <= 80
    shown = " ".join(" ".join(lines).split())
    assert "03:04:05 registered 1 targets in (target-group shop-web), of which every word is worth" in shown
    assert "reading to its very end" in shown


@pytest.mark.parametrize(
    ("line", "width", "shown"),
    [
        ("  task a  running", 40, ["  task a  running"]),
        ("  task a  running  since noon", 20, ["  task a  running", "      since noon"]),
        ("", 20, [""]),
        ("  " + 20 * "x", 14, ["  " + 12 * "x", "      " + 8 * "x"]),
    ],
)
def test_the_rest_of_a_long_line_is_below_it(line: str, width: int, shown: list[str]) -> None:
    assert wrapped([line], width) == shown


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("(service web) has reached a steady state.", "has reached a steady state."),
        (
            "(service web, taskSet ecs-svc/83) has begun draining connections on 1 tasks.",
            "has begun draining connections on 1 tasks.",
        ),
        (
            "(service web) has started 1 tasks: (task 1141891cb5a643a28abee16ab0eed577).",
            "has started 1 tasks: (task 1141891c).",
        ),
        (
            "(service web) (port 8080) is unhealthy in (target-group arn:aws-cn:elasticloadbalancing:cn-north-1:1:"
            "targetgroup/web/c414b7b1) due to (reason Health checks failed).",
            "(port 8080) is unhealthy in (target-group web) due to (reason Health checks failed).",
        ),
        ("Something else that ECS said.", "Something else that ECS said."),
    ],
)
def test_an_event_is_said_without_what_is_known(message: str, said: str) -> None:
    assert event_text(message) == said


def test_programs_get_events_as_ecs_wrote_them(operate: Operate, world: World) -> None:
    world.events = [{"id": "1", "createdAt": NOW, "message": REGISTERED}]
    [service] = json.loads(operate("status", "--json").stdout)["services"]
    assert service["events"][0]["message"] == REGISTERED


def test_a_reason_is_said_once(operate: Operate, world: World) -> None:
    for number in range(3):
        world.dies(1, f"dead{number}")
    lines = operate("status").output.splitlines()
    assert sum("Essential container in task exited" in line for line in lines) == 1
    assert [line for line in lines if line.endswith(": the same")] == [
        f"  task dead{number} of {FAMILY}:1: the same" for number in (1, 2)
    ]


def test_the_dead_are_shown_with_their_last_words(operate: Operate, world: World) -> None:
    world.dies(1, "dead1")
    output = operate("status").output
    assert "task dead1 of shop-web:1: Essential container in task exited" in output
    assert "    | last words in service/web/dead1" in output


def test_no_target_is_called_healthy_while_its_load_balancer_routes_nothing(operate: Operate, world: World) -> None:
    world.states = ["healthy", "unhealthy", "healthy"]
    world.balancer_state = {"Code": "provisioning", "Reason": "Envoy has ended."}
    output = operate("status").output
    assert "  load balancer l  provisioning  Envoy has ended." in output.splitlines()
    assert "  ! The load balancer l is provisioning (Envoy has ended): callers get no answer." in output.splitlines()
    assert re.search(r"\bhealthy", output) is None
    document = operate("status", "--json").stdout
    [service] = json.loads(document)["services"]
    assert service["load_balancers"] == [{"name": "l", "state": "provisioning", "reason": "Envoy has ended."}]
    assert [task["health"] for task in service["tasks"]] == ["unreachable", "unhealthy"]
    assert service["targets"] == [{"address": "10.0.0.2", "health": "unreachable"}]
    assert '"healthy' not in document


def facts(**more: Any) -> dict[str, Any]:
    task = {"task": "abc", "health": "healthy", "reason": "", "revision": "f:1"}
    found = {"desired": 1, "tasks": [task], "stopped": [], "rules": [{"priority": "1"}]}
    found["load_balancers"] = [{"name": "l", "state": "active", "reason": ""}]
    found["target_groups"] = ["group"]
    return found | {"circuit_breaker": True, "deployments": [{}]} | more


def a_task(reason: str) -> dict[str, Any]:
    return {"task": "abc", "health": "unhealthy", "reason": reason, "revision": "f:1"}


def a_death(reason: str, task: str = "dead") -> dict[str, Any]:
    return {"task": task, "reason": reason, "revision": "f:2", "lines": []}


@pytest.mark.parametrize(
    ("wrong", "how", "note"),
    [
        # The five causes of a 502.
        (
            {"stopped": [a_death("exit code 1", "a"), a_death("exit code 1", "b")]},
            BalancerSettings(),
            "die again and again",
        ),
        ({"tasks": [a_task("Target.FailedHealthChecks")]}, BalancerSettings(), "listens on another port or address"),
        ({"stopped": [a_death("exit code 137 (killed)")]}, BalancerSettings(), "was killed, and its requests with it"),
        ({}, BalancerSettings(deregistration_delay=0), "requests under way are cut"),
        ({}, BalancerSettings(idle_timeout=60, keep_alive=60), "requests meet closed ones"),
        ({}, BalancerSettings(protocol="HTTPS"), "every request is a 502"),
        # And what else is seen.
        ({"tasks": [a_task("Target.Timeout")]}, BalancerSettings(), "its security group"),
        ({"tasks": [a_task("Target.ResponseCodeMismatch")]}, BalancerSettings(), "another code than 200"),
        ({"tasks": [a_task("")]}, BalancerSettings(), "sends requests to all of them"),
        ({"rules": []}, BalancerSettings(), "No rule of the load balancer leads here"),
        ({"rules": [], "load_balancers": []}, BalancerSettings(), "No load balancer has a listener that leads to its"),
        ({"tasks": []}, BalancerSettings(), "callers get 503"),
        ({"desired": 0, "tasks": []}, BalancerSettings(), "The desired count is 0: callers get 503."),
        (
            {"stopped": [a_death("CannotPullContainerError: no")]},
            BalancerSettings(),
            "The image of f:2 cannot be pulled",
        ),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], how: BalancerSettings, note: str) -> None:
    assert any(note in each for each in notes.of(facts(**wrong), how, "`rollback`"))


@pytest.mark.parametrize(
    ("task", "is_one"),
    [
        ({"containers": [{"networkInterfaces": [{"privateIpv4Address": "10.0.0.1"}]}]}, True),
        ({"containers": [{"networkInterfaces": [{"privateIpv4Address": "10.0.0.2"}]}]}, False),
        # On a container instance, whose own id the target has.
        ({"containers": [{"networkBindings": [{"hostPort": 8080}]}]}, True),
        ({"containers": [{"networkBindings": [{"hostPort": 8081}]}]}, False),
        ({}, False),
    ],
)
def test_a_target_is_a_task_s_by_its_address_or_by_the_port_of_its_host(task: Any, is_one: bool) -> None:
    assert tasks.is_target(task, {"Id": "10.0.0.1", "Port": 8080}) is is_one


def test_what_is_right_is_not_named() -> None:
    for each, how in (
        (facts(), BalancerSettings(55, 30, "HTTP", 60)),
        (facts(), BalancerSettings(idle_timeout=60)),
        (facts(), BalancerSettings(protocol="TCP")),
        (facts(desired=0, tasks=[], rules=[]), BalancerSettings()),
        (facts(target_groups=[], rules=[], tasks=[]), BalancerSettings()),
    ):
        assert notes.of(each, how, "`rollback`") == []


@pytest.mark.parametrize(
    ("circuit_breaker", "deployments", "named"), [(False, 2, True), (True, 2, False), (False, 1, False)]
)
def test_a_crash_loop_that_nobody_ends_is_named_with_the_way_out(
    circuit_breaker: bool, deployments: int, named: bool
) -> None:
    looping = facts(
        stopped=[a_death("exit code 1", "a"), a_death("exit code 1", "b")],
        circuit_breaker=circuit_breaker,
        deployments=[{}] * deployments,
    )
    said = notes.of(looping, BalancerSettings(), "`rollback web`")
    sentence = "No deployment circuit breaker will end that deployment: `rollback web` does."
    assert (sentence in said) is named
