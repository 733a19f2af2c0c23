"""Without an engine there is one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecs_emulator.scheduler.docker.engine import Engine, EngineError, NoEngine


@pytest.fixture
def _no_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def _no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon.' >&2\nexit 1\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("_no_docker")
def test_a_machine_without_docker_is_told_so() -> None:
    with pytest.raises(NoEngine, match=r"Start one, or leave --docker out. \(There is no docker command.\)"):
        Engine()


@pytest.mark.usefixtures("_no_engine")
def test_an_engine_that_does_not_answer_is_told_with_its_own_words() -> None:
    with pytest.raises(NoEngine, match=r"leave --docker out. \(Cannot connect to the Docker daemon.\)"):
        Engine()


def test_an_error_is_the_last_line_that_the_command_said(engine: Engine) -> None:
    with pytest.raises(EngineError, match=r"^Error response from daemon: No such container: nobody$"):
        engine.call("kill", "nobody")
    assert engine.state("nobody") is None
