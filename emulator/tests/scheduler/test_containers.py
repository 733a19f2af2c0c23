"""A task runs in containers of a Docker engine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import boto3
import pytest

from ecs_emulator import reaper
from ecs_emulator.clock import Clock
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.ops.session import Session
from ecs_emulator.ports import free_ports
from ecs_emulator.scheduler.containers import DockerRuntime
from ecs_emulator.scheduler.docker.engine import Engine
from ecs_emulator.scheduler.docker.session import DockerSession
from ecs_emulator.scheduler.images import Images
from ecs_emulator.scheduler.interfaces import Run
from ecs_emulator.scheduler.runner import TaskRunner
from ecs_emulator.scheduler.secrets import ContainerSecrets
from emulator.tests.scheduler.docker.stand_in import StandIn
from emulator.tests.scheduler.launches import a_container, a_launch, awslogs, ended, statuses, wait_until_running
from emulator.tests.support.waiting import until

IMAGE = "web:v1"
WAITS = [
    sys.executable,
    "-c",
    "import signal, sys; signal.signal(15, lambda *_: sys.exit(5)); print(1); signal.pause()",
]
DEAF = [
    sys.executable,
    "-c",
    "import signal; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); signal.pause()",
]

Say = list[str]


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn(tmp_path / "engine", **{IMAGE: {}})
    monkeypatch.setenv("PATH", f"{made.bin}:{os.environ['PATH']}")
    return made


@pytest.fixture
def said() -> Say:
    return []


@pytest.fixture
def containers(
    cloud: Cloud, session: boto3.Session, tmp_path: Path, stand_in: StandIn, said: Say
) -> Iterator[TaskRunner]:
    (port,) = free_ports(1)
    docker = DockerSession(
        Engine(), "ours", ("a=b", "c=d"), lambda url: url.replace("127.0.0.1", "172.30.0.1"), "172.30.0.1"
    )
    with reaper.started() as start:
        images = Images(tmp_path / "images", placeholder="nginxdemos/nginx-hello")
        around = (session, cloud.url, port, Clock(100), tmp_path / "tasks", said.append, cloud.keys)
        runtime = DockerRuntime(docker, images, start, cloud.url, confinement=None, secrets=ContainerSecrets(session))
        with closing(TaskRunner(runtime, *around)) as made:
            made.metadata.guard.admit(docker.host)
            yield made


def printed(folder: Path, run: Run) -> str:
    return "".join(file.read_text() for file in (folder / "tasks").glob("*.log"))


def created(stand_in: StandIn) -> list[str]:
    (arguments,) = stand_in.calls("create")
    return arguments


def test_a_container_runs_once_the_engine_says_so_and_ends_with_its_exit_code(
    containers: TaskRunner, stand_in: StandIn, tmp_path: Path
) -> None:
    run = containers.start(a_launch(a_container(IMAGE, command=WAITS)))
    assert statuses(run) == ["PENDING"]
    wait_until_running(run)
    until(lambda: "1" in printed(tmp_path, run), "it has printed")
    run.stop()
    assert ended(run) == [(5, None)]
    assert printed(tmp_path, run) == "1\n"
    assert stand_in.containers() == []


def test_a_container_is_told_where_the_emulator_is_and_nothing_of_this_machine(
    containers: TaskRunner, stand_in: StandIn, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DDB_TABLE_NAME", "the-developer-s")
    definition = a_container(IMAGE, command=["true"], environment=[{"name": "FEATURES", "value": "all"}])
    run = containers.start(a_launch(definition))
    assert ended(run) == [(0, None)]
    arguments = created(stand_in)
    given = [arguments[at + 1] for at, word in enumerate(arguments) if word == "--env"]
    variables = dict(each.split("=", 1) for each in given)
    assert variables.pop("ECS_CONTAINER_METADATA_URI_V4").startswith("http://172.30.0.1:")
    assert variables == {
        "FEATURES": "all",
        "AWS_ENDPOINT_URL": cloud.url.replace("127.0.0.1", "172.30.0.1"),
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        "NO_PROXY": "localhost,127.0.0.1,172.30.0.1",
        "no_proxy": "localhost,127.0.0.1,172.30.0.1",
    }


def test_the_credentials_of_a_task_come_to_its_container_past_the_command_line(
    containers: TaskRunner, stand_in: StandIn, cloud: Cloud, tmp_path: Path
) -> None:
    """Which every user of the machine can read."""
    definition = a_container(IMAGE, command=["true"])
    run = containers.start(a_launch(definition, taskRoleArn="arn:aws:iam::123456789012:role/task"))
    assert ended(run) == [(0, None)]
    arguments = created(stand_in)
    given = [arguments[at + 1] for at, word in enumerate(arguments) if word == "--env"]
    names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
    assert given[-3:] == names
    assert cloud.key.id not in " ".join(arguments)
    # By this name containers reach what listens on this machine.
    assert containers.metadata.guard.refusal("GET", {"HOST": "172.30.0.1:5000"}) is None


def test_a_container_carries_its_emulator_s_labels_and_pulls_nothing(containers: TaskRunner, stand_in: StandIn) -> None:
    definition = a_container(IMAGE, command=["true"], portMappings=[{"containerPort": 8080}])
    run = containers.start(a_launch(definition))
    assert ended(run) == [(0, None)]
    words = " ".join(created(stand_in))
    assert "--label a=b --label c=d" in words
    assert "--pull never --log-driver none" in words
    assert f"--network ours --publish {run.address}:8080:8080/tcp" in words


def test_the_containers_of_a_task_have_one_network_between_them(containers: TaskRunner, stand_in: StandIn) -> None:
    web = a_container(IMAGE, command=["true"], portMappings=[{"containerPort": 8080}])
    side = a_container(IMAGE, command=["true"]) | {
        "name": "side",
        "dependsOn": [{"containerName": "web", "condition": "START"}],
    }
    run = containers.start(a_launch(side, web))
    ended(run)
    first, second = stand_in.calls("create")
    name = first[first.index("--name") + 1]
    assert name.endswith("-web")
    assert first[first.index("--network") + 1] == "ours"
    assert second[second.index("--network") + 1] == f"container:{name}"
    assert "--publish" not in second


def test_a_container_that_is_deaf_to_a_stop_is_killed(
    containers: TaskRunner, stand_in: StandIn, tmp_path: Path
) -> None:
    run = containers.start(a_launch(a_container(IMAGE, command=DEAF, stopTimeout=2)))
    until(lambda: "deaf" in printed(tmp_path, run), "it listens no more")
    wait_until_running(run)
    run.stop()
    assert ended(run) == [(137, None)]
    (stop,) = stand_in.calls("stop")
    assert stop[:2] == ["-t", "2"]


def test_memory_is_the_reason_only_where_it_was_the_end(containers: TaskRunner, stand_in: StandIn) -> None:
    (stand_in.folder / "little-memory").touch()
    killed = containers.start(a_launch(a_container(IMAGE, command=["sh", "-c", "kill -9 $$"])))
    assert ended(killed) == [(137, "OutOfMemoryError: Container killed due to memory usage")]
    # A child of it was killed, and it ended by itself.
    survived = containers.start(a_launch(a_container(IMAGE, command=["sh", "-c", "exit 3"])))
    assert ended(survived) == [(3, None)]


def test_a_command_that_is_not_there_is_told_in_the_engine_s_words(containers: TaskRunner, stand_in: StandIn) -> None:
    run = containers.start(a_launch(a_container(IMAGE, command=["missing"])))
    assert ended(run) == [(None, 'CannotStartContainerError: exec: "missing": executable file not found in $PATH')]
    assert stand_in.containers() == []


def test_an_image_that_the_engine_does_not_have_is_not_pulled(containers: TaskRunner, stand_in: StandIn) -> None:
    run = containers.start(a_launch(a_container("web:v2")))
    [(code, reason)] = ended(run)
    assert code is None
    assert reason
    assert reason.startswith("CannotPullContainerError")
    assert stand_in.calls("create") == []


def test_the_placeholder_is_a_process_where_the_engine_lacks_the_image(containers: TaskRunner, said: Say) -> None:
    definition = a_container("nginxdemos/nginx-hello:latest", portMappings=[{"containerPort": 8080}])
    for _ in range(2):
        wait_until_running(containers.start(a_launch(definition)))
    assert (
        said.count("The Docker engine does not have nginxdemos/nginx-hello:latest; the placeholder runs as a process.")
        == 1
    )


def test_the_placeholder_that_the_engine_has_is_a_container(containers: TaskRunner, stand_in: StandIn) -> None:
    stand_in.has({"nginxdemos/nginx-hello:latest": {}})
    run = containers.start(a_launch(a_container("nginxdemos/nginx-hello:latest", command=["true"])))
    assert ended(run) == [(0, None)]
    assert len(stand_in.calls("create")) == 1


def test_what_would_be_another_container_does_not_start(containers: TaskRunner) -> None:
    run = containers.start(a_launch(a_container(IMAGE, hostname="web", workingDirectory="/")))
    assert ended(run) == [(None, "ResourceInitializationError: a task in a container cannot have hostname")]


def test_a_container_of_the_engine_is_checked_inside_it_and_has_its_volumes(
    containers: TaskRunner, stand_in: StandIn
) -> None:
    definition = a_container(
        IMAGE,
        command=["sleep", "600"],
        healthCheck={"command": ["CMD", "true"], "interval": 5},
        mountPoints=[{"sourceVolume": "data", "containerPath": "/data", "readOnly": True}],
        linuxParameters={"tmpfs": [{"containerPath": "/scratch", "size": 16}]},
    )
    run = containers.start(a_launch(definition, volumes=[{"name": "data"}]))
    until(lambda: run.containers()[0].health == "HEALTHY", "its check has passed")
    assert stand_in.calls("exec")[0][1:] == ["true"]
    [created] = stand_in.calls("create")
    assert created[created.index("--volume") + 1].endswith("/volumes/data:/data:ro")
    assert created[created.index("--tmpfs") + 1] == "/scratch:size=16m"
    run.stop()
    ended(run)


def test_a_command_runs_inside_a_container_of_the_engine(containers: TaskRunner, stand_in: StandIn) -> None:
    run = containers.start(a_launch(a_container(IMAGE, command=["sleep", "600"])))
    wait_until_running(run)
    begun = run.execute("web", ["sh", "-c", "test -t 0 && echo on a terminal"])
    assert begun
    seen: list[bytes] = []
    typed, types = os.pipe()
    client = Session({"streamUrl": begun["streamUrl"], "tokenValue": begun["tokenValue"]}, seen.append, typed)
    assert client.run() == ""
    assert b"on a terminal" in b"".join(seen)
    [words] = stand_in.calls("exec")
    assert words[:2] == ["--interactive", "--tty"]
    os.close(types)
    os.close(typed)
    run.stop()
    ended(run)


def test_a_program_runs_as_a_process_beside_containers(containers: TaskRunner, stand_in: StandIn, said: Say) -> None:
    containers._context.runtime._images.programs.add({"web": "sleep 600"})  # type: ignore[attr-defined]
    other = a_container(IMAGE, name="other", command=["sleep", "600"], portMappings=[{"containerPort": 9090}])
    web = a_container("web:v9", portMappings=[{"containerPort": 8080}])
    run = containers.start(a_launch(web, other))
    wait_until_running(run)
    [created] = stand_in.calls("create")
    # What the program listens on is none of the engine's.
    assert [each.rpartition(":")[2] for each in created if each.startswith(run.address)] == ["9090/tcp"]
    assert "The program of the container web runs as a process beside the containers" in " ".join(said)
    run.stop()
    ended(run)


def test_a_wrong_log_configuration_makes_no_container(containers: TaskRunner, stand_in: StandIn) -> None:
    definition = a_container(IMAGE, command=["true"], logConfiguration=awslogs("nowhere"))
    [(code, reason)] = ended(containers.start(a_launch(definition)))
    assert (code, str(reason)[:27]) == (None, "ResourceInitializationError")
    assert stand_in.calls("create") == []
