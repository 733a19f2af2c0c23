"""The number of tasks, and a task of its own."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ecs_emulator.ops.outcomes import INTERRUPTED, Outcome
from emulator.tests.ops.conftest import Operate
from emulator.tests.ops.fake_aws import Input
from emulator.tests.ops.world import CLUSTER, World, arn, revision


@pytest.fixture(autouse=True)
def scalable(world: World) -> dict[str, int]:
    """What automatic scaling keeps the service to."""
    limits = {"MinCapacity": 2, "MaxCapacity": 6}
    more = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/x",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    world.aws.operations["application-autoscaling.describe_scalable_targets"] = lambda _: {
        "ScalableTargets": [{**more, **limits}]
    }
    return limits


def test_scaling_ends_when_as_many_tasks_are_healthy(operate: Operate, world: World) -> None:
    result = operate("scale", "service", "3")
    assert result.exit_code == 0, result.output
    assert (world.desired, world.runs) == (3, [1, 1, 1])
    assert result.output.splitlines()[-1] == "shop-web has 3 tasks."


def test_the_only_service_needs_no_name(operate: Operate, world: World) -> None:
    assert operate("scale", "4").exit_code == 0
    assert world.desired == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("service",), "COUNT is a number of tasks, 0 to 100; it is 'service'."),
        (("service", "-1"), "COUNT is a number of tasks, 0 to 100; it is '-1'."),
        (("-1",), "COUNT is a number of tasks, 0 to 100; it is '-1'."),
        (("service", "101"), "COUNT is a number of tasks, 0 to 100; it is '101'."),
        (("one", "two", "3"), "It takes [SERVICE] COUNT; there are 3 arguments."),
        (("3", "--timeout", "-1"), "Invalid value for '--timeout'"),
        ((), "Usage: main scale [OPTIONS] [SERVICE] COUNT"),
    ],
)
def test_a_wrong_count_is_said_and_changes_nothing(
    operate: Operate, world: World, arguments: tuple[str, ...], said: str
) -> None:
    result = operate("scale", *arguments)
    assert result.exit_code == Outcome.USAGE
    assert said in result.stderr
    assert world.aws.calls["ecs.update_service"] == 0


def test_a_number_that_automatic_scaling_will_change_is_warned_of(operate: Operate, world: World) -> None:
    assert "Automatic scaling keeps 2 to 6 tasks" in operate("scale", "8").output
    assert "Automatic scaling" not in operate("scale", "6").output


def test_tasks_that_do_not_get_healthy_in_time_are_a_timeout(operate: Operate, world: World) -> None:
    world.states = ["healthy", "unhealthy", "initial"]
    result = operate("scale", "3", "--timeout", "20", "--json")
    assert result.exit_code == Outcome.TIMED_OUT
    assert json.loads(result.stdout)["outcome"] == "timed-out"


@pytest.fixture
def one_off(world: World) -> dict[str, Any]:
    """A task that runs, says two lines, and ends."""
    task: dict[str, Any] = {
        "taskArn": arn("task", "c/once"),
        "taskDefinitionArn": revision(1),
        "lastStatus": "RUNNING",
        "containers": [{"name": "web"}],
    }
    looks = iter(["RUNNING", "STOPPED"])

    def describe(given: Input) -> dict[str, Any]:
        if given["tasks"] != [task["taskArn"]]:
            return world.ecs_describe_tasks(given)
        task["lastStatus"] = next(looks, "STOPPED")
        if task["lastStatus"] == "STOPPED":
            task["containers"] = [{"name": "web", **task.get("end", {"exitCode": 0})}]
        return {"tasks": [task]}

    def lines(given: Input) -> dict[str, Any]:
        assert given["logStreamName"] == "service/web/once"
        place = int(given.get("nextToken", 0))
        words = ["first", "second"][place : place + 1]
        events = [{"timestamp": place, "message": word} for word in words]
        return {"events": events, "nextForwardToken": str(place + len(words))}

    world.aws.operations |= {
        "ecs.run_task": lambda _: {"tasks": [task], "failures": []},
        "ecs.describe_tasks": describe,
        "logs.get_log_events": lines,
    }
    return task


def test_a_one_off_task_shows_its_lines_and_passes_on_its_exit_code(
    operate: Operate, world: World, one_off: dict[str, Any]
) -> None:
    one_off["end"] = {"exitCode": 42}
    result = operate("run-task", "--json", "--", "python", "-c", "raise SystemExit(42)")
    assert result.exit_code == 42, result.output
    told = json.loads(result.stdout)
    assert (told["exit_code"], told["lines"], told["outcome"]) == (42, ["first", "second"], "failed")
    (given,) = world.aws.inputs("ecs.run_task")
    assert given["overrides"]["containerOverrides"] == [
        {"name": "web", "command": ["python", "-c", "raise SystemExit(42)"]}
    ]
    assert re.fullmatch("[A-Za-z0-9/_-]{1,128}", given["startedBy"]), "no other characters are documented"
    assert given["networkConfiguration"]["awsvpcConfiguration"]["subnets"] == ["subnet-1"]
    assert (given["cluster"], given["launchType"], given["taskDefinition"]) == (CLUSTER, "FARGATE", revision(1))


def test_a_one_off_task_that_never_ran_is_a_failure_with_its_reason(
    operate: Operate, world: World, one_off: dict[str, Any]
) -> None:
    one_off["end"] = {"reason": "CannotPullContainerError: no such image"}
    result = operate("run-task", "ls")
    assert result.exit_code == Outcome.FAILED
    assert "CannotPullContainerError: no such image" in result.output


def test_a_one_off_task_that_ecs_does_not_start_is_a_failure(
    operate: Operate, world: World, one_off: dict[str, Any]
) -> None:
    world.aws.operations["ecs.run_task"] = lambda _: {"tasks": [], "failures": [{"reason": "RESOURCE:MEMORY"}]}
    result = operate("run-task", "ls")
    assert result.exit_code == Outcome.FAILED
    assert "RESOURCE:MEMORY" in result.output


def test_ctrl_c_says_how_to_stop_a_one_off_task(operate: Operate, world: World, one_off: dict[str, Any]) -> None:
    def interrupt(_: Input) -> dict[str, Any]:
        raise KeyboardInterrupt

    world.aws.operations["ecs.describe_tasks"] = interrupt
    result = operate("run-task", "sleep", "60")
    assert result.exit_code == INTERRUPTED
    assert f"`ecs-emulator env -- aws ecs stop-task --cluster {CLUSTER} --task once" in result.output
