"""One screen says what runs, and what is known to be wrong with it."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest

from ecs_emulator.ops import notes
from ecs_emulator.ops.notes import BalancerSettings
from emulator.tests.ops.conftest import Operate
from emulator.tests.ops.world import FAMILY, LISTENER, LOAD_BALANCER, NOW, World


@pytest.fixture(autouse=True)
def balancer(world: World) -> dict[str, str]:
    """The attributes of the load balancer and of the target group."""
    attributes = {"idle_timeout.timeout_seconds": "55", "deregistration_delay.timeout_seconds": "30"}
    listed = lambda _: {"Attributes": [{"Key": key, "Value": value} for key, value in attributes.items()]}  # noqa: E731
    world.aws.operations |= {
        "elbv2.describe_target_group_attributes": listed,
        "elbv2.describe_load_balancer_attributes": listed,
        "elbv2.describe_listeners": lambda _: {
            "Listeners": [{"ListenerArn": LISTENER, "LoadBalancerArn": LOAD_BALANCER}]
        },
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
        "  03:04:05  (service x) has reached a steady state.",
    ]


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
    return {"desired": 1, "tasks": [task], "stopped": [], "rules": [{"priority": "1"}], "load_balancers": []} | more


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
        ({"tasks": []}, BalancerSettings(), "callers get 503"),
        (
            {"stopped": [a_death("CannotPullContainerError: no")]},
            BalancerSettings(),
            "The image of f:2 cannot be pulled",
        ),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], how: BalancerSettings, note: str) -> None:
    assert any(note in each for each in notes.of(facts(**wrong), how))


def test_what_is_right_is_not_named() -> None:
    assert notes.of(facts(), BalancerSettings(55, 30, "HTTP", 60)) == []
    assert notes.of(facts(), BalancerSettings(idle_timeout=60)) == []
    assert notes.of(facts(desired=0, tasks=[], rules=[]), BalancerSettings()) == []
