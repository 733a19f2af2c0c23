"""Doctor's checks of a machine: each of them seen good, and seen bad with its repair."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from ecs_emulator.cli import main
from ecs_emulator.doctor import machine
from ecs_emulator.doctor.findings import Finding, State
from ecs_emulator.local import ours_alone
from ecs_emulator.ops.outcomes import Outcome
from ecs_emulator.ports import free_ports
from ecs_emulator.scheduler.docker import engine as docker_engine
from ecs_emulator.scheduler.docker.engine import Engine, EngineError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that is not there yet, and ports that are free."""
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path / "data"))
    for name, port in zip(machine.PORTS, free_ports(2), strict=True):
        monkeypatch.setenv(name, str(port))
    monkeypatch.setattr(machine, "envoy", lambda: Finding("envoy", State.GOOD, "Envoy 1."))
    return tmp_path / "data"


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_machine_that_is_ready_is_said_to_be_and_nothing_is_made(folder: Path) -> None:
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 0, result.output
    assert [line[:2] for line in result.output.splitlines()] == ["ok"] * 7
    assert not folder.exists()


def test_what_is_bad_has_its_repair_and_ends_as_failed(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_PORT", str(taken))
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == Outcome.FAILED
    assert f"✗  API_PORT: Port {taken} is in use.\n     → Stop what uses it, or set API_PORT to" in result.output
    assert "Error: Not ready: API_PORT.\n" in result.output


def test_json_holds_all_findings_whether_good_or_bad(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    good = json.loads(CliRunner().invoke(main, ["doctor", "--json"]).stdout)
    assert (good["outcome"], {each["state"] for each in good["checks"]}) == ("done", {"good"})
    monkeypatch.setenv("CLOUD_PORT", str(taken))
    bad = json.loads(CliRunner().invoke(main, ["doctor", "--json"]).stdout)
    assert bad["outcome"] == "failed"
    assert [each["check"] for each in bad["checks"] if each["state"] == "bad"] == ["CLOUD_PORT"]


def test_an_emulator_that_runs_here_may_have_its_ports(
    folder: Path, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_PORT", str(taken))
    with ours_alone(folder):
        result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 0, result.output
    assert "ok ports: The emulator of this folder runs" in result.output


@pytest.mark.parametrize(("name", "state"), [("Linux", "good"), ("Darwin", "warning"), ("Windows", "bad")])
def test_the_system_is_one_that_emulators_run_on(name: str, state: str) -> None:
    assert machine.system(name).state == state


@pytest.mark.parametrize(("version", "state"), [((3, 11, 0), "good"), ((3, 13, 1), "good"), ((3, 10, 9), "bad")])
def test_python_is_new_enough(version: tuple[int, ...], state: str) -> None:
    assert machine.python(version).state == state


def test_a_folder_is_one_that_can_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.writable(folder).state is State.GOOD
    monkeypatch.setattr("os.access", lambda *_: False)
    found = machine.writable(folder)
    assert (found.state, "may not be written by you" in found.seen) == (State.BAD, True)
    folder.write_text("in the way")
    found = machine.writable(folder / "deeper")
    assert (found.state, "is no folder" in found.seen) == (State.BAD, True)


@pytest.mark.parametrize(("free", "state"), [(machine.LEAST_FREE, "good"), (machine.LEAST_FREE - 1, "bad")])
def test_there_is_space_for_the_data(folder: Path, free: int, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert machine.disk(folder).state == state


def test_a_docker_engine_is_looked_at_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "call", lambda *_: "4")
    assert "with 4 CPUs answers" in CliRunner().invoke(main, ["doctor", "--docker"]).output

    def dead(*_: str) -> str:
        raise EngineError("Is the docker daemon running?")

    monkeypatch.setattr(docker_engine.Engine, "call", dead)
    result = CliRunner().invoke(main, ["doctor", "--docker"])
    assert (result.exit_code, "✗  docker: No Docker engine answers here." in result.output) == (Outcome.FAILED, True)
