"""A container can ask who it is, in the words of the task metadata endpoint version 4."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from ecs_emulator.scheduler.container import Container
from ecs_emulator.scheduler.metadata import Metadata, about_container, about_task, container_id, known_status
from emulator.tests.scheduler.launches import a_container, a_launch, awslogs

BORN = datetime(2026, 1, 2, 3, 4, 5, 678900, UTC)


def a_running(**definition: Any) -> Container:
    container = Container(a_container("web:v1", **definition))
    container.created_at = container.started_at = BORN
    container.state = container.state._replace(status="RUNNING")
    return container


@pytest.fixture
def metadata() -> Iterator[Metadata]:
    made = Metadata()
    yield made
    made.close()


def test_a_container_is_told_its_own_facts() -> None:
    container = a_running(logConfiguration=awslogs("logs"))
    launch = a_launch(container.definition)
    told = about_container(launch, "127.1.2.3", container, is_stopping=False)
    cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/demo"
    own_id = container_id(launch, "web")
    assert own_id.startswith(f"{launch.task_id}-")
    assert told == {
        "DockerId": own_id,
        "Name": "web",
        "DockerName": "web",
        "Image": "web:v1",
        "Labels": {
            "com.amazonaws.ecs.cluster": cluster,
            "com.amazonaws.ecs.container-name": "web",
            "com.amazonaws.ecs.task-arn": launch.task_arn,
            "com.amazonaws.ecs.task-definition-family": "web",
            "com.amazonaws.ecs.task-definition-version": "7",
        },
        "DesiredStatus": "RUNNING",
        "KnownStatus": "RUNNING",
        "Limits": {"CPU": 2},
        "CreatedAt": "2026-01-02T03:04:05.678900Z",
        "StartedAt": "2026-01-02T03:04:05.678900Z",
        "Type": "NORMAL",
        "LogDriver": "awslogs",
        "LogOptions": {
            "awslogs-group": "logs",
            "awslogs-region": "us-east-1",
            "awslogs-stream": f"test/web/{launch.task_id}",
        },
        "ContainerARN": f"arn:aws:ecs:us-east-1:123456789012:container/demo/{launch.task_id}/{own_id}",
        "Networks": [{"NetworkMode": "awsvpc", "IPv4Addresses": ["127.1.2.3"], "AttachmentIndex": 0}],
    }


def test_a_task_is_told_its_revision_its_service_and_its_containers() -> None:
    containers = [a_running(), a_running(name="side")]
    launch = a_launch(*(each.definition for each in containers), cpu="256", memory="512")
    told = about_task(launch, "127.1.2.3", containers, is_stopping=True, zone="us-east-1a")
    assert [each["Name"] for each in told.pop("Containers")] == ["web", "side"]
    assert told == {
        "Cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/demo",
        "TaskARN": launch.task_arn,
        "Family": "web",
        "Revision": "7",
        "DesiredStatus": "STOPPED",
        "KnownStatus": "RUNNING",
        "Limits": {"CPU": 0.25, "Memory": 512},
        "PullStartedAt": "2026-01-02T03:04:05.678900Z",
        "PullStoppedAt": "2026-01-02T03:04:05.678900Z",
        "AvailabilityZone": "us-east-1a",
        "LaunchType": "FARGATE",
        "ServiceName": "api",
    }


def test_a_task_of_its_own_has_no_service_and_may_have_no_limits() -> None:
    told = about_task(a_launch(service=None), "127.1.2.3", [a_running()], is_stopping=False, zone="a")
    assert {"ServiceName", "Limits"} & told.keys() == set()


@pytest.mark.parametrize(
    ("statuses", "known"),
    [
        (["RUNNING"], "RUNNING"),
        (["RUNNING", "STOPPED"], "RUNNING"),
        (["RUNNING", "PENDING"], "PENDING"),
        (["STOPPED", "STOPPED"], "STOPPED"),
    ],
)
def test_a_task_s_status_follows_from_its_containers(statuses: list[str], known: str) -> None:
    assert known_status(statuses) == known


def get(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, None


def test_each_container_has_an_address_of_its_own_until_it_is_gone(metadata: Metadata) -> None:
    one = metadata.add("one", lambda: {"Name": "one"}, lambda: {"Family": "web"})
    other = metadata.add("other", lambda: {"Name": "other"}, lambda: {"Family": "web"})
    assert one != other
    assert get(one) == (200, {"Name": "one"})
    assert get(other) == (200, {"Name": "other"})
    assert get(f"{one}/task") == (200, {"Family": "web"})
    assert get(f"{one}/stats") == (404, None)
    metadata.remove("one")
    assert get(one) == (404, None)
    assert get(other) == (200, {"Name": "other"})
