"""A fault is made of the task that is meant, and of none that is not."""

from __future__ import annotations

import json
import signal
from typing import Any

import click
import pytest

from ecs_emulator.commands import fault as verb
from ecs_emulator.experiments import processes
from ecs_emulator.experiments.processes import NoProcess
from ecs_emulator.ops.outcomes import Outcome
from emulator.tests.ops.conftest import Operate
from emulator.tests.ops.world import CLUSTER, SERVICE, World, arn

ONE, TWO = (arn("task", f"c/running{place}") for place in range(2))


@pytest.fixture(autouse=True)
def signals(world: World, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The signals that tasks get, each with the task's id."""
    world.aws.operations |= dict.fromkeys(("ecs.stop_task", "ecs.tag_resource", "ecs.untag_resource"), lambda _: {})
    world.aws.operations["ecs.list_tags_for_resource"] = lambda _: {"tags": []}
    monkeypatch.setattr(processes, "is_stopped", lambda task_id: False)
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(processes, "process_group", lambda task_id: task_id)
    monkeypatch.setattr("os.killpg", lambda group, number: sent.append((group, number)))
    return sent


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        (("kill",), [("running0", signal.SIGKILL)]),
        (("pause", "web", "--task", "g1"), [("running1", signal.SIGSTOP)]),
        (("resume",), [("running0", signal.SIGCONT), ("running1", signal.SIGCONT)]),
        (("resume", "--task", "running1"), [("running1", signal.SIGCONT)]),
    ],
)
def test_a_signal_reaches_the_task_that_is_meant(
    operate: Operate, signals: list[tuple[str, int]], arguments: tuple[str, ...], sent: list[tuple[str, int]]
) -> None:
    result = operate("fault", *arguments, "--json")
    assert result.exit_code == 0, result.output
    assert signals == sent
    told = json.loads(result.stdout)
    assert (told["service"], told["tasks"]) == (SERVICE, [task for task, _ in sent])


@pytest.mark.parametrize(
    ("fault", "operation", "given"),
    [
        ("stop", "stop_task", {"cluster": CLUSTER, "task": ONE, "reason": "Stopped by ecs-emulator fault"}),
        (
            "unhealthy",
            "tag_resource",
            {"resourceArn": ONE, "tags": [{"key": "ecs-emulator:fault", "value": "unhealthy"}]},
        ),
        ("cut-off", "tag_resource", {"resourceArn": ONE, "tags": [{"key": "ecs-emulator:fault", "value": "cut-off"}]}),
        ("healthy", "untag_resource", {"resourceArn": ONE, "tagKeys": ["ecs-emulator:fault"]}),
    ],
)
def test_other_faults_are_calls_of_ecs(
    operate: Operate, world: World, fault: str, operation: str, given: dict[str, Any]
) -> None:
    result = operate("fault", fault)
    assert result.exit_code == 0, result.output
    assert world.aws.inputs(f"ecs.{operation}")[0] == given
    assert "See `ecs-emulator status --watch`." in result.output


@pytest.mark.parametrize("fault", ["unhealthy", "slow", "cut-off"])
def test_a_second_fault_is_another_task_s_and_a_third_is_refused(operate: Operate, world: World, fault: str) -> None:
    tagged: dict[str, str] = {}

    def tag(given: Any) -> Any:
        tagged[given["resourceArn"]] = given["tags"][0]["value"]
        return {}

    def tags(given: Any) -> Any:
        value = tagged.get(given["resourceArn"])
        return {"tags": [{"key": "ecs-emulator:fault", "value": value}] if value else []}

    world.aws.operations |= {"ecs.tag_resource": tag, "ecs.list_tags_for_resource": tags}
    assert [operate("fault", fault).exit_code for _ in range(2)] == [0, 0]
    assert tagged == {ONE: fault, TWO: fault}
    refused = operate("fault", fault)
    assert refused.exit_code == Outcome.USAGE
    assert "Each running task of shop-web" in refused.stderr


def test_a_second_kill_or_pause_is_another_task_s(
    operate: Operate, signals: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def group(task_id: str) -> str:
        if task_id == "running0":
            raise NoProcess
        return task_id

    monkeypatch.setattr(processes, "is_stopped", lambda task_id: task_id == "running0")
    assert operate("fault", "pause").exit_code == 0
    monkeypatch.setattr(processes, "process_group", group)
    assert operate("fault", "kill").exit_code == 0
    assert signals == [("running1", signal.SIGSTOP), ("running1", signal.SIGKILL)]


def test_ending_a_fault_is_about_every_task(operate: Operate, world: World) -> None:
    assert operate("fault", "healthy").exit_code == 0
    assert [given["resourceArn"] for given in world.aws.inputs("ecs.untag_resource")] == [ONE, TWO]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("kill", "--task", "zzz"),
            Outcome.NOT_FOUND,
            "No task zzz of shop-web runs. Running are: running0, running1.",
        ),
        (
            ("kill", "--task", "running"),
            Outcome.USAGE,
            "running may be several tasks. Running are: running0, running1.",
        ),
        (
            ("burn",),
            Outcome.USAGE,
            "'burn' is not one of 'kill', 'stop', 'pause', 'resume', 'unhealthy', 'slow', 'cut-off', 'healthy'",
        ),
        (("kill", "nobody"), Outcome.NOT_FOUND, "No service nobody is here."),
    ],
)
def test_what_cannot_be_done_is_said(
    operate: Operate, signals: list[tuple[str, int]], arguments: tuple[str, ...], code: Outcome, said: str
) -> None:
    result = operate("fault", *arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert signals == []


def test_a_task_in_a_container_has_no_process_here(operate: Operate, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(_task_id: str) -> int:
        raise NoProcess

    monkeypatch.setattr(processes, "process_group", nowhere)
    result = operate("fault", "kill")
    assert result.exit_code == Outcome.NOT_FOUND
    assert "`docker kill`" in result.stderr


def test_every_fault_is_in_the_help(operate: Operate) -> None:
    listed = operate("fault", "--help").output
    [kinds] = [each.type for each in verb.fault.params if isinstance(each.type, click.Choice)]
    assert all(f"\n    {fault} " in listed for fault in kinds.choices)
    assert max(map(len, listed.splitlines())) <= 80
