"""A task definition's words become Docker's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ecs_emulator.scheduler.addresses import Address
from ecs_emulator.scheduler.docker.settings import not_emulated, published, run, settings, variables

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, TaskDefinitionTypeDef

TASK = {"cpu": "256", "memory": "512"}
NONE = ["--no-healthcheck"]


@pytest.mark.parametrize(
    ("definition", "task", "arguments"),
    [
        ({}, {}, []),
        ({}, TASK, ["--memory", "512m", "--memory-swap", "512m", "--cpus", "0.25"]),
        ({}, {"cpu": "16384"}, ["--cpus", "4"]),
        ({"memory": 128}, {"memory": "512"}, ["--memory", "128m", "--memory-swap", "128m"]),
        ({"memoryReservation": 64, "cpu": 100}, {}, ["--memory-reservation", "64m", "--cpu-shares", "100"]),
        ({"cpu": 1}, {}, ["--cpu-shares", "2"]),
        ({"user": "10001", "workingDirectory": "/srv"}, {}, ["--user", "10001", "--workdir", "/srv"]),
        ({"readonlyRootFilesystem": True}, {}, ["--read-only"]),
        ({"readonlyRootFilesystem": False}, {}, []),
        (
            {"linuxParameters": {"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}}},
            {},
            ["--cap-drop", "ALL", "--cap-add", "NET_BIND_SERVICE"],
        ),
        ({"linuxParameters": {"initProcessEnabled": True}}, {}, ["--init"]),
        ({"ulimits": [{"name": "nofile", "softLimit": 10, "hardLimit": 20}]}, {}, ["--ulimit", "nofile=10:20"]),
    ],
)
def test_rights_and_limits(definition: Any, task: Any, arguments: list[str]) -> None:
    assert settings(definition, task, cpus=4) == [*NONE, *arguments]


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({}, ["web:v1"]),
        ({"command": ["a", "b"]}, ["web:v1", "a", "b"]),
        ({"entryPoint": ["sh", "-c"], "command": ["a"]}, ["--entrypoint", "sh", "web:v1", "-c", "a"]),
    ],
)
def test_what_runs(definition: Any, words: list[str]) -> None:
    assert run(definition, "web:v1") == words


def test_the_platform_s_variables_go_over_the_definition_s() -> None:
    definition: ContainerDefinitionOutputTypeDef = {
        "environment": [{"name": "A", "value": "its own"}, {"name": "B", "value": "x=y z"}]
    }
    assert variables(definition, {"A": "the platform's"}) == ["--env", "A=the platform's", "--env", "B=x=y z"]


def test_every_port_of_a_task_is_published_on_its_address_alone() -> None:
    one: ContainerDefinitionOutputTypeDef = {
        "portMappings": [{"containerPort": 80}, {"containerPort": 9000, "protocol": "udp"}]
    }
    task: TaskDefinitionTypeDef = {"containerDefinitions": [one, {"portMappings": [{"containerPort": 80}]}, {}]}
    assert published(task, Address("127.3.4.5", {80: 30080, 9000: 9000})) == [
        "--publish",
        "127.3.4.5:30080:80/tcp",
        "--publish",
        "127.3.4.5:9000:9000/udp",
    ]


def test_what_is_not_emulated_is_named() -> None:
    definition: Any = {"privileged": True, "linuxParameters": {"maxSwap": 1, "devices": []}}
    assert not_emulated(definition) == ["linuxParameters.maxSwap", "privileged"]
