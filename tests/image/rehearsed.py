"""The rehearsal with its tasks in containers: `mysfits up --docker`. `make image-test` runs this."""

from __future__ import annotations

import json
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.image.docker import BASE, EVANGELINE, call, docker, inspect, journey
from tests.platform_runner import Platform, until

DOCKER = ["--docker"]
LIMITS = "not enforced"


def containers(local: Path, *options: str) -> list[str]:
    """The ids of a rehearsal's containers that run; with `--all` of all that there are."""
    return docker("ps", "--quiet", "--no-trunc", *options, "--filter", f"label=ecs-emulator.folder={local}").split()


def networks(local: Path) -> list[str]:
    return docker("network", "ls", "--quiet", "--filter", f"label=ecs-emulator.folder={local}").split()


def images() -> set[str]:
    return set(docker("images", "--format", "{{.Repository}}:{{.Tag}}", "mysfits").split())


@pytest.fixture(scope="module", autouse=True)
def _own_images() -> Iterator[None]:
    """The images that these tests have built do not stay."""
    before = images()
    yield
    if built := images() - before:
        docker("rmi", "--force", *built)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rehearsed") / "local"


@pytest.fixture(scope="module")
def platform(local: Path) -> Iterator[Platform]:
    """A rehearsal in containers that is ready; tests leave it running with two tasks."""
    with Platform(local, options=DOCKER) as platform:
        # The first build fetches packages.
        platform.line("Ready", within=110)
        yield platform
        assert platform.stop() == 0
    assert containers(local, "--all") == []
    assert networks(local) == []
    assert platform.processes() == {}


def task_of(platform: Platform, container: str) -> dict[str, Any]:
    """The task, as ECS tells it, that a container is of."""
    variables = dict(each.split("=", 1) for each in inspect(container)["Config"]["Env"])
    task_id = variables["ECS_CONTAINER_METADATA_URI_V4"].rpartition("/")[2].rpartition("-")[0]
    return told(platform, task_id)


def told(platform: Platform, task: str) -> dict[str, Any]:
    (found,) = platform.client("ecs").describe_tasks(cluster=cluster(platform), tasks=[task])["tasks"]
    return found  # type: ignore[no-any-return]


def stopped(platform: Platform, task: str) -> dict[str, Any]:
    """A task, once ECS says that it has stopped."""
    until(lambda: told(platform, task)["lastStatus"] == "STOPPED", "the task has stopped")
    return told(platform, task)


def cluster(platform: Platform) -> str:
    return str(platform.client("ecs").list_clusters()["clusterArns"][0])


def test_the_journey_goes_through_the_load_balancer_to_the_containers(platform: Platform, local: Path) -> None:
    assert len(containers(local)) == 2
    journey(platform.api_url)
    assert LIMITS not in platform.output()


def test_an_answer_says_which_revision_gave_it(platform: Platform) -> None:
    with urllib.request.urlopen(f"{platform.api_url}/mysfits", timeout=10) as answer:
        assert answer.headers["X-Service-Revision"] == "mysfits-service:1"


def test_what_a_container_prints_is_in_cloudwatch(platform: Platform) -> None:
    assert call("POST", f"{platform.api_url}/mysfits/{EVANGELINE}/like")[0] == 200
    until(
        lambda: "Like processed." in platform.mysfits("logs", "--grep", "Like processed.").stdout, "the event is there"
    )


def test_a_container_is_bound_by_what_the_task_definition_says(platform: Platform, local: Path) -> None:
    for each in containers(local):
        container = inspect(each)
        host = container["HostConfig"]
        assert (host["ReadonlyRootfs"], host["CapDrop"], container["Config"]["User"]) == (True, ["ALL"], "10001")
        assert (host["Memory"], host["MemorySwap"], host["NanoCpus"]) == (512 << 20, 512 << 20, 250_000_000)
        task = task_of(platform, each)
        address = {it["name"]: it["value"] for it in task["attachments"][0]["details"]}["privateIPv4Address"]
        assert address.startswith("127.")
        assert host["PortBindings"] == {"8080/tcp": [{"HostIp": address, "HostPort": "8080"}]}
        assert host["NetworkMode"] not in ("host", "bridge", "default")


def test_a_container_that_is_killed_is_replaced(platform: Platform, local: Path) -> None:
    before = set(containers(local))
    victim = min(before)
    task = task_of(platform, victim)
    docker("kill", victim)
    until(lambda: len(now := set(containers(local))) == 2 and victim not in now, "another container runs")
    ended = stopped(platform, task["taskArn"])
    assert (ended["stopCode"], ended["containers"][0]["exitCode"]) == ("EssentialContainerExited", 137)
    journey(platform.api_url)


def test_a_container_that_takes_more_memory_than_its_task_has_is_killed(platform: Platform) -> None:
    ecs = platform.client("ecs")
    services = ecs.list_services(cluster=cluster(platform))["serviceArns"]
    (service,) = ecs.describe_services(cluster=cluster(platform), services=services)["services"]
    takes = {"name": "monolith-service", "command": ["python", "-c", "bytearray(1 << 30)"]}
    (task,) = ecs.run_task(
        cluster=cluster(platform),
        taskDefinition="mysfits-service",
        launchType="FARGATE",
        networkConfiguration=service["networkConfiguration"],
        overrides={"containerOverrides": [takes]},
    )["tasks"]
    ended = stopped(platform, task["taskArn"])
    (container,) = ended["containers"]
    assert (ended["stopCode"], container["exitCode"]) == ("EssentialContainerExited", 137)
    assert container["reason"] == "OutOfMemoryError: Container killed due to memory usage"


def test_a_task_ends_with_the_exit_code_of_its_container(platform: Platform) -> None:
    done = platform.mysfits("run-task", "--", "python", "-c", "raise SystemExit(3)")
    assert done.returncode == 3, done.stdout + done.stderr


def test_the_image_is_built_once(platform: Platform) -> None:
    first, second = (json.loads(platform.mysfits("push", "--docker", "--json").stdout) for _ in range(2))
    assert (second["tag"], second["new"]) == (first["tag"], False)
    assert f"mysfits:{first['tag']}" in images()


def test_a_rehearsal_that_is_killed_leaves_no_container(tmp_path: Path) -> None:
    local = tmp_path / "local"
    with Platform(local, options=[*DOCKER, "--speed", "5"]) as platform:
        platform.ready()
        assert len(containers(local)) == 2
        platform.process.send_signal(signal.SIGKILL)
        until(lambda: not containers(local, "--all") and not networks(local), "nothing is left", within=15)
        until(lambda: not platform.processes(), "nobody is left", within=15)


def test_what_a_killed_rehearsal_left_behind_is_removed_by_the_next(tmp_path: Path) -> None:
    local = tmp_path / "local"
    left = docker("create", "--label", f"ecs-emulator.folder={local}", "--network", "none", BASE)
    docker("network", "create", "--label", f"ecs-emulator.folder={local}", "mysfits-left-behind")
    with Platform(local, options=[*DOCKER, "--placeholder"]) as platform:
        platform.ready()
        assert left not in containers(local, "--all")
        assert len(networks(local)) == 1
        with urllib.request.urlopen(platform.api_url, timeout=10) as page:
            # The template's own: the engine has the base that it is a command in.
            assert "waits for an image of its own" in page.read().decode()
        assert platform.stop() == 0
    assert networks(local) == []
