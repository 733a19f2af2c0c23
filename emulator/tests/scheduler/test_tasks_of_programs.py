"""Tasks of several containers as processes: in their order, with their volumes, health checks and limits."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3

from ecs_emulator import reaper
from ecs_emulator.clock import Clock
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.ports import free_ports
from ecs_emulator.scheduler.images import Images, Programs
from ecs_emulator.scheduler.processes import ProcessRuntime
from ecs_emulator.scheduler.run import TaskRun
from ecs_emulator.scheduler.runner import TaskRunner
from ecs_emulator.scheduler.secrets import ContainerSecrets
from emulator.tests.scheduler.launches import a_container, a_launch, ended, wait_until_running
from emulator.tests.support.waiting import until

WAITS = "trap 'echo {0} ends; exit 0' TERM; echo {0} begins; while :; do sleep 0.1; done"


@contextlib.contextmanager
def running(
    cloud: Cloud, session: boto3.Session, folder: Path, programs: Mapping[str, str], said: list[str]
) -> Iterator[TaskRunner]:
    (port,) = free_ports(1)
    with reaper.started() as start:
        images = Images(folder / "images", stand_in=True, programs=Programs(programs, folder))
        runtime = ProcessRuntime(images, start, cloud.url, None, ContainerSecrets(session))
        around = (session, cloud.url, port, Clock(100, startup=15), folder / "tasks", said.append, cloud.keys)
        made = TaskRunner(runtime, *around)
        try:
            yield made
        finally:
            made.close()


def printed(folder: Path, run: TaskRun) -> list[str]:
    file = folder / "tasks" / f"{run.task_id}.log"
    return file.read_text().splitlines() if file.exists() else []


def on(name: str, condition: str) -> dict[str, Any]:
    return {"dependsOn": [{"containerName": name, "condition": condition}]}


def test_containers_start_in_the_order_of_their_dependencies_and_stop_in_the_other(
    cloud: Cloud, session: boto3.Session, tmp_path: Path
) -> None:
    programs = {
        "migrate": "echo migrate ran > $DATA/rows; ulimit -n",
        "store": WAITS.format("store"),
        "web": f"cat $DATA/rows; test -f $DATA/rows && {WAITS.format('web')}",
    }
    data = {"environment": [{"name": "DATA", "value": "/data"}]}
    mount = {**data, "mountPoints": [{"sourceVolume": "rows", "containerPath": "/data"}]}
    check = {"healthCheck": {"command": ["CMD-SHELL", "test -n $DATA && exit 0"], "interval": 5}}
    limit = {"ulimits": [{"name": "nofile", "softLimit": 99, "hardLimit": 200}]}
    containers = [
        a_container("w", name="web", **data, volumesFrom=[{"sourceContainer": "migrate"}], **on("store", "HEALTHY")),
        a_container("s", name="store", **data, **check, **on("migrate", "SUCCESS")),
        a_container("m", name="migrate", essential=False, **mount, **limit),
    ]
    with running(cloud, session, tmp_path, programs, []) as runner:
        run = runner.start(a_launch(*containers, volumes=[{"name": "rows"}]))
        until(lambda: "web begins" in printed(tmp_path, run), "the last one runs")
        health = {each.name: each.health for each in run.containers()}
        run.stop()
        assert [code for code, _ in ended(run)] == [0, 0, 0]
    assert health == {"web": "UNKNOWN", "store": "HEALTHY", "migrate": "UNKNOWN"}
    lines = printed(tmp_path, run)
    assert [each for each in lines if not each.isdigit()] == [
        *("store begins", "migrate ran", "web begins", "web ends", "store ends"),
    ]
    assert "99" in lines
    assert not (tmp_path / "tasks" / run.task_id).exists()


def test_a_container_is_told_where_the_others_of_its_task_listen(
    cloud: Cloud, session: boto3.Session, tmp_path: Path
) -> None:
    given = {"NEXT": "http://localhost:9090/a", "OWN": "http://localhost:8080", "ELSE": "localhost:7070"}
    variables = [{"name": name, "value": value} for name, value in given.items()]
    containers = [
        a_container("w", name="web", environment=variables, portMappings=[{"containerPort": 8080}]),
        a_container("n", name="next", portMappings=[{"containerPort": 9090}], essential=False),
    ]
    programs = {"web": "echo $NEXT; echo $OWN; echo $ELSE", "next": "sleep 600"}
    with running(cloud, session, tmp_path, programs, []) as runner:
        run = runner.start(a_launch(*containers))
        ended(run)
    assert printed(tmp_path, run) == [
        f"http://{run.address}:{run.port(9090)}/a",
        "http://localhost:8080",
        "localhost:7070",
    ]


def test_a_task_whose_dependency_fails_does_not_start(cloud: Cloud, session: boto3.Session, tmp_path: Path) -> None:
    containers = [
        a_container("w", name="web", **on("migrate", "SUCCESS")),
        a_container("m", name="migrate", essential=False),
    ]
    with running(cloud, session, tmp_path, {"web": "echo web", "migrate": "exit 3"}, []) as runner:
        states = ended(runner.start(a_launch(*containers)))
    assert states == [
        (
            None,
            "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency [migrate] "
            "for target [web] as dependency did not exit successfully.",
        ),
        (3, None),
    ]


def test_a_placeholder_is_healthy_and_one_that_is_waited_for_ends(
    cloud: Cloud, session: boto3.Session, tmp_path: Path
) -> None:
    said: list[str] = []
    check = {"healthCheck": {"command": ["CMD", "no-such-command"]}}
    containers = [
        a_container(
            "web:1", name="web", dependsOn=[*on("init", "SUCCESS")["dependsOn"], *on("cache", "HEALTHY")["dependsOn"]]
        ),
        a_container("init:1", name="init", essential=False),
        a_container("redis:7", name="cache", **check, mountPoints=[{"sourceVolume": "v", "containerPath": "/v"}]),
    ]
    with running(cloud, session, tmp_path, {"web": WAITS.format("web")}, said) as runner:
        run = runner.start(a_launch(*containers, volumes=[{"name": "v"}]))
        until(lambda: "web begins" in printed(tmp_path, run), f"it runs: {run.containers()}")
        stands_in = {each.name: each.stands_in for each in run.containers()}
    assert stands_in == {"web": False, "init": True, "cache": True}
    assert {"The placeholder stands in for init:1.", "The placeholder stands in for redis:7."} <= set(said)


def test_a_check_that_this_machine_does_not_have_is_said(cloud: Cloud, session: boto3.Session, tmp_path: Path) -> None:
    said: list[str] = []
    check = {"healthCheck": {"command": ["CMD-SHELL", "no-such-command || exit 1"], "interval": 5, "retries": 1}}
    logs = {"logConfiguration": {"logDriver": "awsfirelens"}}
    where = [{"name": "WHERE", "value": "nowhere"}]
    with running(cloud, session, tmp_path, {"web": f"pwd; {WAITS.format('web')}"}, said) as runner:
        (tmp_path / "inside").mkdir()
        mount = [{"sourceVolume": "v", "containerPath": "/v"}]
        about = {**check, **logs, "environment": where, "workingDirectory": "/inside", "mountPoints": mount}
        run = runner.start(a_launch(a_container("w", **about), volumes=[{"name": "v"}]))
        wait_until_running(run)
        until(lambda: any("fails because no-such-command is not on" in each for each in said), "it is said")
        until(lambda: printed(tmp_path, run)[:1] == [str(tmp_path / "inside")], "it runs in its working directory")
    assert any("without the log driver awsfirelens" in each for each in said)
    assert any("mounts the volume v at /v" in each for each in said)
