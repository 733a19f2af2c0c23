"""Volumes, ports, environment files and dependencies of a task definition, as a process has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest

from ecs_emulator.clock import Clock
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler import dependencies, localhost, ulimits, volumes
from ecs_emulator.scheduler.addresses import Address
from ecs_emulator.scheduler.container import Container
from ecs_emulator.scheduler.container_command import command
from ecs_emulator.scheduler.environment_files import parsed
from ecs_emulator.scheduler.images import Image
from ecs_emulator.scheduler.secrets import ContainerSecrets, SecretMissing
from ecs_emulator.scheduler.volumes import Mount
from emulator.tests.scheduler.launches import a_container
from emulator.tests.scheduler.world import World

HERE = Address("127.17.214.3", {8080: 9001, 80: 9002})


@pytest.mark.parametrize(
    ("line", "here"),
    [
        ("curl -f http://localhost:8080/health || exit 1", "curl -f http://127.17.214.3:9001/health || exit 1"),
        ("wget -q -O- http://127.0.0.1/", "wget -q -O- http://127.17.214.3:9002/"),
        ("curl -f http://localhost || exit 1", "curl -f http://127.17.214.3:9002 || exit 1"),
        ("nc -z localhost 8080", "nc -z 127.17.214.3 9001"),
        ("exec 3<>/dev/tcp/localhost/8080", "exec 3<>/dev/tcp/127.17.214.3/9001"),
        # A port that is not the task's, and another's host.
        ("curl http://localhost:9999/", "curl http://localhost:9999/"),
        ("curl http://my-localhost.example:8080/", "curl http://my-localhost.example:8080/"),
        ("pg_isready -h localhost -p 8080", "pg_isready -h localhost -p 8080"),
    ],
)
def test_localhost_is_where_the_task_listens(line: str, here: str) -> None:
    assert localhost.mapped(line, HERE) == here


def test_localhost_and_port_may_be_words_of_their_own() -> None:
    assert localhost.mapped_words(["CMD", "nc", "-z", "localhost", "8080"], HERE)[3:] == ["127.17.214.3", "9001"]


DATA = [Mount("data", "/data"), Mount("logs", "/var/log/app", read_only=True)]


@pytest.mark.parametrize(
    ("text", "here"),
    [
        ("/data", "/own/volumes/data"),
        ("sqlite:////data/app.db", "sqlite:////data/app.db"),
        ("--dir=/data/x", "--dir=/own/volumes/data/x"),
        ("/database", "/database"),
        ("/srv/data", "/srv/data"),
        ("/var/log/app/a.log:/data", "/own/volumes/logs/a.log:/own/volumes/data"),
    ],
)
def test_a_path_into_a_volume_is_said_as_the_folder_here(text: str, here: str) -> None:
    assert volumes.localized(text, DATA, Path("/own")) == here


def test_a_volume_that_nothing_leads_into_is_found() -> None:
    assert volumes.unmentioned(DATA, {"DIR": "/data"}, ["serve"]) == DATA[1:]


def test_volumes_are_taken_from_other_containers() -> None:
    source = a_container("a", name="a", mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}])
    taker = a_container("b", name="b", volumesFrom=[{"sourceContainer": "a", "readOnly": True}])
    task: Any = {"containerDefinitions": [source, taker], "volumes": [{"name": "data"}]}
    assert volumes.mounts(taker, task) == [Mount("data", "/data", read_only=True)]


def test_a_file_system_of_efs_is_a_folder_that_tasks_share() -> None:
    mount = [{"sourceVolume": "files", "containerPath": "/files"}]
    found = []
    for root in ("/", "/a/b"):
        efs = {"fileSystemId": "fs-1", "rootDirectory": root}
        task: Any = {"containerDefinitions": [], "volumes": [{"name": "files", "efsVolumeConfiguration": efs}]}
        [one] = volumes.mounts(a_container("web", mountPoints=mount), task)
        found.append({str(one.folder(Path(f"/data/tasks/{each}"))) for each in ("one", "other")})
    assert found == [{"/data/file-systems/fs-1"}, {"/data/file-systems/fs-1-a-b"}]


def test_environment_files_are_lines_as_they_are() -> None:
    assert parsed("# c\n\nA=1\n B = two words \nA=2\nnothing\nURL=a=b") == {"A": "1", "B": "two words", "URL": "a=b"}


def test_the_first_environment_file_counts_and_one_that_is_missing_keeps_the_container_from_starting(
    session: boto3.Session, cloud: Any
) -> None:
    s3 = session.client("s3", endpoint_url=cloud.url)
    s3.create_bucket(Bucket="settings")
    s3.put_object(Bucket="settings", Key="one.env", Body=b"A=1\nB=1")
    s3.put_object(Bucket="settings", Key="two.env", Body=b"B=2\nC=2")
    secrets = ContainerSecrets(session)
    files = [{"type": "s3", "value": f"arn:aws:s3:::settings/{name}.env"} for name in ("one", "two", "three")]
    assert secrets.of_files(a_container("web", environmentFiles=files[:2])) == {"A": "1", "B": "1", "C": "2"}
    with pytest.raises(SecretMissing, match=r"^ResourceInitializationError: failed to download env files: .*NoSuchKey"):
        secrets.of_files(a_container("web", environmentFiles=files))


def test_a_program_runs_its_own_command_or_that_of_a_task_that_is_run_once() -> None:
    definition = a_container("web", entryPoint=["node"], command=["server.js"])
    typed = Image(Path(), ("/bin/sh", "-c", "exec serve"), is_program=True)
    assert command(definition, typed) == ["/bin/sh", "-c", "exec serve"]
    assert command(definition, typed, ["migrate"]) == ["migrate"]
    # One that says no command has the definition's.
    assert command(definition, Image(Path(), (), is_program=True)) == ["node", "server.js"]


def test_limits_are_those_of_a_command_that_is_there() -> None:
    definition = a_container("web", ulimits=[{"name": "nofile", "softLimit": 9, "hardLimit": 99}])
    assert ulimits.limited(["no-such-program"], definition, "/usr/bin:/bin") == ["no-such-program"]
    assert ulimits.limited(["sh"], definition, "/usr/bin:/bin")[-2:] == ['{"RLIMIT_NOFILE": [9, 99]}', "sh"]
    nproc = a_container("web", ulimits=[{"name": "nproc", "softLimit": 9, "hardLimit": 99}])
    assert (ulimits.limited(["sh"], nproc, "/bin"), ulimits.unenforced(nproc)) == (["sh"], ["nproc"])


# Dependencies.


def depending(condition: str, **other: Any) -> tuple[Container, Container]:
    """A container that depends on another one."""
    first = Container(a_container("first", name="first", **other))
    second = Container(
        a_container("second", name="second", dependsOn=[{"containerName": "first", "condition": condition}])
    )
    return first, second


class Present:
    """Whatever has begun."""


def may_start(first: Container, second: Container, now: float = 0) -> bool:
    return dependencies.may_start(second, {"first": first, "second": second}, Clock(), now)


@pytest.mark.parametrize(
    ("condition", "status", "code", "health", "met"),
    [
        ("START", "PENDING", None, "UNKNOWN", False),
        ("START", "RUNNING", None, "UNKNOWN", True),
        ("START", "STOPPED", 1, "UNKNOWN", True),
        ("COMPLETE", "RUNNING", None, "UNKNOWN", False),
        ("COMPLETE", "STOPPED", 1, "UNKNOWN", True),
        ("SUCCESS", "STOPPED", 0, "UNKNOWN", True),
        ("HEALTHY", "RUNNING", None, "UNKNOWN", False),
        ("HEALTHY", "RUNNING", None, "UNHEALTHY", False),
        ("HEALTHY", "RUNNING", None, "HEALTHY", True),
    ],
)
def test_a_container_starts_when_what_it_depends_on_is_as_it_wants_it(
    condition: str, status: str, code: int | None, health: Any, met: bool
) -> None:
    first, second = depending(condition)
    if status != "PENDING":
        first.process = Present()  # type: ignore[assignment]
    first.state = first.state._replace(status=status, exit_code=code, health=health)
    assert may_start(first, second) is met


def test_a_container_never_starts_after_one_that_failed_or_never_ran() -> None:
    first, second = depending("SUCCESS")
    first.process = Present()  # type: ignore[assignment]
    first.state = first.state._replace(status="STOPPED", exit_code=3)
    with pytest.raises(dependencies.NeverMet, match=r"\[first\] for target \[second\] as dependency did not exit succ"):
        may_start(first, second)
    first, second = depending("START")
    first.fail("CannotPullContainerError")
    with pytest.raises(dependencies.NeverMet, match="because dependency will never start"):
        may_start(first, second)


def test_a_container_waits_no_longer_than_the_start_timeout_of_the_other() -> None:
    first, second = depending("HEALTHY", startTimeout=20)
    first.process, first.began_at = Present(), 100.0  # type: ignore[assignment]
    first.state = first.state._replace(status="RUNNING")
    assert not may_start(first, second, 119)
    with pytest.raises(dependencies.NeverMet, match="has timed out"):
        may_start(first, second, 121)


def test_containers_end_in_the_order_in_which_they_did_not_start() -> None:
    first, second = depending("START")
    second.process = Present()  # type: ignore[assignment]
    second.state = second.state._replace(status="RUNNING")
    assert not dependencies.may_end(first, [first, second])
    assert dependencies.may_end(second, [first, second])
    second.state = second.state._replace(status="STOPPED", exit_code=0)
    assert dependencies.may_end(first, [first, second])


@pytest.mark.parametrize(
    ("containers", "message"),
    [
        (
            [{"name": "a", "dependsOn": [{"containerName": "b", "condition": "SUCCESS"}]}, {"name": "b"}],
            "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
        ),
        ([{"name": "a", "dependsOn": [{"containerName": "b", "condition": "START"}]}], "does not exist"),
        (
            [
                {"name": "a", "dependsOn": [{"containerName": "b", "condition": "START"}]},
                {"name": "b", "dependsOn": [{"containerName": "a", "condition": "START"}]},
            ],
            "in a circle: a, b",
        ),
        ([{"name": "a", "mountPoints": [{"sourceVolume": "data", "containerPath": "/d"}]}], "Unknown volume 'data'"),
        (
            [{"name": "a", "secrets": [{"name": "A", "valueFrom": "/a"}]}],
            "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'",
        ),
        ([{"name": "a", "volumesFrom": [{"sourceContainer": "b"}]}], "Unknown container: 'b'"),
    ],
)
def test_what_cannot_be_is_refused_at_registration(containers: list[Any], message: str) -> None:
    with pytest.raises(AwsError, match=message):
        World().definition(containerDefinitions=[{"image": "good", **each} for each in containers])
