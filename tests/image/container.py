"""The image in containers of its own. `make image-test` runs this; it needs a Docker engine and the built images."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator

import pytest

from tests.image.docker import (
    EVANGELINE,
    IMAGE,
    SURROUNDINGS,
    call,
    docker,
    inspect,
    journey,
    port_of,
    wait_until_healthy,
)

EAGER = ["--health-interval", "1s"]
HARDENED = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
SETTINGS = {
    "AWS_ENDPOINT_URL": "http://cloud:4566",
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "DDB_TABLE_NAME": "mysfits-data-Mysfits",
    "USERS_TABLE_NAME": "mysfits-data-Users",
    "THREADS_TABLE_NAME": "mysfits-data-Threads",
    "POSTS_TABLE_NAME": "mysfits-data-Posts",
    "HELLO_TABLE_NAME": "mysfits-data-Hello",
}


@pytest.fixture(scope="module")
def network() -> Iterator[str]:
    """A network with a local cloud in it, named `cloud`."""
    name = f"mysfits-test-{uuid.uuid4().hex[:8]}"
    docker("network", "create", name)
    try:
        arguments = ["--detach", "--rm", "--network", name, "--network-alias", "cloud", "--name", f"{name}-cloud"]
        docker("run", *arguments, "--env", "API_URL=http://localhost", SURROUNDINGS)
        yield name
    finally:
        docker("rm", "--force", "--volumes", f"{name}-cloud", check=False)
        docker("network", "rm", name)


@pytest.fixture
def api(network: str) -> Iterator[str]:
    """A container of the application, with no rights and no file that it could write."""
    name = f"{network}-api"
    settings = [part for each in SETTINGS.items() for part in ("--env", "=".join(each))]
    docker(
        "run",
        "--detach",
        "--name",
        name,
        "--network",
        network,
        "--publish",
        "127.0.0.1::8080",
        *HARDENED,
        *settings,
        IMAGE,
    )
    try:
        wait_until_healthy(name)
        yield name
    finally:
        docker("rm", "--force", name)


def _address(api: str) -> str:
    return f"http://127.0.0.1:{port_of(api, 8080)}"


@pytest.fixture(scope="module")
def _cloud_ready(network: str) -> None:
    deadline = time.monotonic() + 40
    while "The site is in its bucket" not in (said := docker("logs", f"{network}-cloud")):
        assert time.monotonic() < deadline, said


@pytest.mark.usefixtures("_cloud_ready")
def test_the_journey_works_without_rights_and_without_a_writable_file(api: str) -> None:
    journey(_address(api))


@pytest.mark.usefixtures("_cloud_ready")
def test_a_stop_is_clean_and_loses_no_log_line(api: str) -> None:
    for _ in range(20):
        assert call("POST", f"{_address(api)}/mysfits/{EVANGELINE}/like")[0] == 200
    started = time.monotonic()
    docker("stop", "--time", "10", api)
    assert time.monotonic() - started < 10
    assert inspect(api)["State"]["ExitCode"] == 0
    events = [json.loads(line) for line in docker("logs", api).splitlines() if line.startswith("{")]
    assert [event["message"] for event in events].count("Like processed.") == 20


def test_the_server_is_the_first_process_and_not_root(api: str) -> None:
    command = "print(open('/proc/1/cmdline').read().split(chr(0))[:3], __import__('os').stat('/proc/1').st_uid)"
    said = docker("exec", api, "python", "-c", command)
    assert said == "['python', '-m', 'app'] 10001"
    refused = docker("exec", api, "python", "-c", "open('/srv/a', 'w')", check=False)
    assert "Read-only file system" in refused


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"FEATURES": "lieks"}, "Cannot start: No such feature: lieks."),
        ({"DDB_TABLE_NAME": ""}, "Cannot start: DDB_TABLE_NAME is not set"),
        ({"PORT": "http"}, "Cannot start: PORT is 'http'"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_clear_line(settings: dict[str, str], line: str) -> None:
    name = f"mysfits-test-{uuid.uuid4().hex[:8]}"
    given = [part for each in (SETTINGS | settings).items() for part in ("--env", "=".join(each))]
    try:
        said = docker("run", "--name", name, *HARDENED, *given, IMAGE, check=False)
        assert said.startswith(line)
        assert len(said.splitlines()) == 1
        assert inspect(name)["State"]["ExitCode"] == 2
    finally:
        docker("rm", "--force", name)


def test_the_image_says_what_it_is_and_weighs_little() -> None:
    image = inspect(IMAGE)
    labels = image["Config"]["Labels"]
    assert labels["org.opencontainers.image.version"] != "unknown"
    assert len(labels["org.opencontainers.image.revision"]) == 40
    settings = dict(each.split("=", 1) for each in image["Config"]["Env"])
    assert settings["SERVICE_COMMIT"] == labels["org.opencontainers.image.revision"]
    # Which revision runs is for the platform to say.
    assert "SERVICE_REVISION" not in settings
    # The layers of the base are the first of the image's own.
    base = inspect("python:3.13-slim")
    layers = image["RootFS"]["Layers"]
    assert layers[: len(base["RootFS"]["Layers"])] == base["RootFS"]["Layers"]
    assert image["Size"] - base["Size"] < 150_000_000
    assert image["Config"]["Healthcheck"]["Test"][:2] == ["CMD", "python"]


def test_the_image_holds_nothing_that_the_build_machine_lent_it() -> None:
    history = docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", IMAGE)
    assert "secret" not in history
    assert "index" not in history
