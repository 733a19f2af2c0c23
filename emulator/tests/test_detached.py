"""`up --detach`, `wait`, `down` and `reset`: an emulator beside, for scripts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from ecs_emulator.local import holder
from ecs_emulator.ports import free_ports
from emulator.tests.support.waiting import PATIENCE, until

ECS_EMULATOR = [sys.executable, "-m", "ecs_emulator"]
TEMPLATE = Path(__file__).parent / "web.yml"
UP = ["up", str(TEMPLATE), "--yes", "--speed", "50"]


class Shell:
    """Commands in an empty folder, on ports of its own."""

    def __init__(self, folder: Path, path: str | None = None) -> None:
        api, cloud = free_ports(2)
        self.url = f"http://localhost:{api}"
        self.folder = folder
        self.data = folder / ".ecs-emulator"
        ours = {name: value for name, value in os.environ.items() if name != "LOCAL_DIR"}
        found = path or os.environ["PATH"]
        self._environment = {**ours, "API_PORT": str(api), "CLOUD_PORT": str(cloud), "PATH": found}

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*ECS_EMULATOR, *arguments], cwd=self.folder, env=self._environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=4 * PATIENCE, check=False,
        )  # fmt: skip

    def named(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same for the emulator of that name, whose ports nobody says."""
        ports = {each: self._environment.pop(each) for each in ("API_PORT", "CLOUD_PORT")}
        try:
            return self("--name", name, *arguments)
        finally:
            self._environment |= ports

    def begin(self, *arguments: str, output: int | IO[str] = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*ECS_EMULATOR, *arguments], cwd=self.folder, env=self._environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path)
    yield shell
    shell("down")
    assert holder(shell.data) is None


def test_one_that_is_detached_serves_until_it_is_told_to_end_and_then_its_data_may_be_forgotten(shell: Shell) -> None:
    (shell.folder / "hello.txt").write_text("hello from a folder\n")
    started = shell(*UP, "--run", f"web={sys.executable} -m http.server $PORT", "--detach")
    assert started.returncode == 0, started.stdout + started.stderr
    assert f"Ready  API {shell.url}" in started.stdout
    assert "\nConsole  http://localhost:" in started.stdout
    assert "Ready" in (shell.data / "up.log").read_text()
    with urllib.request.urlopen(f"{shell.url}/hello.txt", timeout=30) as answer:
        assert answer.read() == b"hello from a folder\n"
    waited = shell("wait", "--timeout", "5")
    assert (waited.returncode, waited.stdout.startswith("Ready")) == (0, True)

    second = shell(*UP, "--detach")
    assert (second.returncode, second.stderr) == (
        1,
        "Error: An emulator of this folder is running already; stop it first: ecs-emulator down\n",
    )
    # And not that its ports are in use.
    assert shell(*UP).stderr == second.stderr
    refused = shell("reset")
    assert (refused.returncode, refused.stderr) == (
        4,
        "Error: An emulator of this folder is running; stop it first: ecs-emulator down\n",
    )
    number = holder(shell.data)
    assert number
    assert shell("down").stdout == "The emulator is stopped. What was stored is kept.\n"
    # Not only its lock is free: the process is gone.
    assert not Path(f"/proc/{number}/exe").exists()
    again = shell("down")
    assert (again.returncode, again.stdout) == (0, "No emulator is running here.\n")
    # It was stopped: there is no reason to be told.
    assert shell("env").stderr == "Error: No emulator is running here. Start one with `ecs-emulator up TEMPLATE`.\n"
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(shell.url, timeout=PATIENCE)

    assert (shell.data / "credentials").exists()
    assert shell("reset").stdout == "What was stored is forgotten.\n"
    assert [path.name for path in shell.data.iterdir()] == ["lock"]
    assert shell("reset").stdout == "Nothing is stored here.\n"


def test_a_start_that_fails_is_told_with_what_it_said_last(shell: Shell) -> None:
    broken = shell.folder / "broken.yml"
    # Whatever can be told of a template is told before; this is known when ECS registers it.
    broken.write_text(
        "Resources: {Task: {Type: AWS::ECS::TaskDefinition, Properties: {Cpu: 256, Memory: 31, NetworkMode: awsvpc, "
        "RequiresCompatibilities: [FARGATE], ContainerDefinitions: [{Name: web, Image: web}]}}}"
    )
    started = shell("up", str(broken), "--yes", "--detach")
    assert started.returncode == 4
    assert started.stderr.startswith("Error: It ended with 1 before it was ready. It said last:\n")
    assert "No Fargate configuration exists for given values." in started.stderr
    assert holder(shell.data) is None


def test_waiting_ends_with_the_time_or_with_what_was_waited_for(shell: Shell) -> None:
    waited = shell("wait", "--timeout", "1")
    assert (waited.returncode, waited.stderr) == (
        6,
        "Error: The emulator was not started within 1 s. Start one with `ecs-emulator up TEMPLATE`.\n",
    )
    # Tasks that never are healthy: it is started, and never ready.
    starting = shell.begin(*UP, "--run", "web=sleep 1000")
    try:
        while holder(shell.data) is None:
            assert starting.poll() is None
        waited = shell("wait", "--timeout", "2")
        assert (waited.returncode, waited.stderr) == (
            6,
            "Error: The emulator is not ready within 2 s. Why is told where it was started, or by --detach in "
            f"{shell.data / 'up.log'}.\n",
        )
        asked = shell("status")
        assert (asked.returncode, asked.stderr) == (
            3,
            "Error: The emulator of this folder is not ready yet. `ecs-emulator wait` waits until it is.\n",
        )
        waiting = shell.begin("wait", "--timeout", "5")
        assert shell("down").returncode == 0
        assert starting.wait(PATIENCE) == 0
        # It may have begun only after the end.
        assert waiting.wait(PATIENCE) in (4, 6)
    finally:
        if starting.poll() is None:
            starting.kill()


def test_one_without_a_template_is_filled_by_its_clients(shell: Shell) -> None:
    (shell.folder / "hello.txt").write_text("hello\n")
    command = f"web={sys.executable} -m http.server $PORT"
    started = shell("up", "--yes", "--speed", "50", "--run", command, "--detach")
    assert started.returncode == 0, started.stdout + started.stderr
    aws = str(Path(sys.executable).with_name("aws"))
    deploy = ("cloudformation", "deploy", "--stack-name", "web", "--template-file", str(TEMPLATE))
    deployed = shell("env", "--", aws, *deploy, "--capabilities", "CAPABILITY_IAM")
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    with urllib.request.urlopen(f"{shell.url}/hello.txt", timeout=30) as answer:
        assert answer.read() == b"hello\n"
    number = holder(shell.data)
    assert number
    os.kill(number, signal.SIGKILL)
    until(lambda: holder(shell.data) is None, "it is gone")
    assert shell("status").stderr == (
        "Error: No emulator is running here. Start one with `ecs-emulator up TEMPLATE`, or say --aws. "
        f"What the last one said, which nobody stopped, is in {shell.data / 'up.log'}.\n"
    )


def test_emulators_with_names_are_beside_each_other_and_each_verb_finds_its_own(shell: Shell) -> None:
    try:
        for name in ("one", "two"):
            started = shell.named(name, *UP, "--detach")
            assert started.returncode == 0, started.stdout + started.stderr
            assert f"`ecs-emulator --name {name} down` ends it" in started.stdout
        found = {name: json.loads(shell.named(name, "env", "--json").stdout) for name in ("one", "two")}
        assert len({each["AWS_ENDPOINT_URL"] for each in found.values()}) == 2
        assert len({each["AWS_ACCESS_KEY_ID"] for each in found.values()}) == 2
        assert shell.named("one", "down").returncode == 0
        assert shell.named("two", "status").returncode == 0
        gone = shell.named("one", "status")
        assert "Start one with `ecs-emulator --name one up TEMPLATE`" in gone.stderr
    finally:
        for name in ("one", "two"):
            if holder(shell.data / "named" / name):
                shell.named(name, "down")


@pytest.mark.parametrize("name", ["", "../up", ".hidden", "a/b", "x" * 65])
def test_a_name_that_leads_out_of_the_folder_is_refused(shell: Shell, name: str) -> None:
    refused = shell("--name", name, "status")
    assert (refused.returncode, "is no name" in refused.stderr) == (2, True)
