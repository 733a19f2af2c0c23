"""The image in containers of its own. `make image-test` runs this; it needs a Docker engine and the built images."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.image.docker import (
    BASE,
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

HARDENED = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
SETTINGS = {
    "AWS_ENDPOINT_URL": "http://cloud:4566",
    "AWS_REGION": "us-east-1",
    "AWS_SHARED_CREDENTIALS_FILE": "/credentials/credentials",
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
        arguments += ["--env", "API_URL=http://localhost", "--env", "CLOUD_NAMES=cloud"]
        docker("run", *arguments, "--volume", f"{name}:/credentials", SURROUNDINGS)
        yield name
    finally:
        docker("rm", "--force", "--volumes", f"{name}-cloud", check=False)
        docker("network", "rm", name)
        docker("volume", "rm", "--force", name)


@pytest.fixture(scope="module")
def api(network: str, _cloud_ready: None) -> Iterator[str]:
    """A container that runs, and that tests leave as it is."""
    with _running(network, "api") as name:
        yield name


@contextmanager
def _running(network: str, role: str) -> Iterator[str]:
    """A container of the application, with no rights and no file that it could write."""
    name = f"{network}-{role}"
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
        "--volume",
        f"{network}:/credentials:ro,nocopy",
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


def test_the_journey_works_without_rights_and_without_a_writable_file(api: str) -> None:
    journey(_address(api))


@pytest.mark.usefixtures("_cloud_ready")
def test_a_stop_is_clean_and_loses_no_log_line(network: str) -> None:
    with _running(network, "stopped") as api:
        for _ in range(20):
            assert call("POST", f"{_address(api)}/mysfits/{EVANGELINE}/like")[0] == 200
        started = time.monotonic()
        docker("stop", "--time", "10", api)
        assert time.monotonic() - started < 10
        assert inspect(api)["State"]["ExitCode"] == 0
        events = [json.loads(line) for line in docker("logs", api).splitlines() if line.startswith("{")]
    assert [event["message"] for event in events].count("Like processed.") == 20


def _inside(api: str, program: str) -> Any:
    """What a program in a container prints, which is JSON."""
    return json.loads(docker("exec", api, "python", "-c", program))


def test_the_server_is_the_first_process_and_not_root(api: str) -> None:
    command = "print(open('/proc/1/cmdline').read().split(chr(0))[:3], __import__('os').stat('/proc/1').st_uid)"
    said = docker("exec", api, "python", "-c", command)
    assert said == "['python', '-m', 'app'] 10001"
    refused = docker("exec", api, "python", "-c", "open('/srv/a', 'w')", check=False)
    assert "Read-only file system" in refused


def test_the_server_can_do_nothing_that_needs_a_right_and_gain_none(api: str) -> None:
    """As the kernel says it: no capability to use, to inherit or to gain, and system calls through the engine's filter.

    https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
    """
    lines = _inside(api, "import json; print(json.dumps(open('/proc/1/status').read().splitlines()))")
    told = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    assert {int(told[each], 16) for each in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert (told["NoNewPrivs"], told["Seccomp"]) == ("1", "2")
    assert told["Uid"].split() == told["Gid"].split() == ["10001"] * 4


# Every file of the image itself with its mode, and what begins as a program for the kernel or for a shell does.
_FILES = """
import json, os, stat
found = []
for folder, folders, names in os.walk("/"):
    if folder == "/":
        folders[:] = [each for each in folders if each not in ("proc", "sys", "dev")]
    for name in names:
        path = os.path.join(folder, name)
        if not os.path.islink(path):
            with open(path, "rb") as file:
                begins = file.read(4).hex()
            found.append([path, os.stat(path).st_mode, os.stat(path).st_uid, begins])
print(json.dumps(found))
"""


def test_there_is_no_command_but_python_and_nothing_that_lends_the_rights_of_another(api: str) -> None:
    files = _inside(api, _FILES)
    assert len(files) > 1000
    programs = {
        path
        for path, mode, _, begins in files
        if mode & 0o111 and (begins == b"\x7fELF".hex() or begins.startswith(b"#!".hex())) and ".so" not in path
    }
    assert len(programs) == 1, programs
    assert re.fullmatch(r"/usr/(?:local/)?bin/python3\.\d+", programs.pop())
    assert [path for path, mode, _, _ in files if mode & 0o6000] == []
    # Nothing that the server could write, were the file system not read-only. The key is lent.
    own = [each for each in files if not each[0].startswith("/credentials/")]
    assert [path for path, mode, owner, _ in own if owner == 10001 or mode & 0o022] == []


@pytest.mark.parametrize("command", ["sh", "bash", "/bin/sh", "pip", "apt-get", "dpkg", "perl", "curl", "id", "ls"])
def test_no_shell_and_no_tool_can_be_started(api: str, command: str) -> None:
    said = docker("exec", api, command, check=False)
    assert "executable file not found" in said or "no such file or directory" in said


@pytest.mark.parametrize("module", ["pip", "ensurepip", "setuptools", "idlelib"])
def test_nothing_that_installs_can_be_imported(api: str, module: str) -> None:
    assert f"No module named '{module}'" in docker("exec", api, "python", "-c", f"import {module}", check=False)


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
    # Of the base only copies of what Python needs came along.
    assert not set(inspect(BASE)["RootFS"]["Layers"]) & set(image["RootFS"]["Layers"])
    assert image["Size"] < 130_000_000
    assert image["Config"]["Healthcheck"]["Test"][:2] == ["CMD", "python"]


def test_the_image_holds_nothing_that_the_build_machine_lent_it() -> None:
    history = docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", IMAGE)
    assert "secret" not in history
    assert "index" not in history
