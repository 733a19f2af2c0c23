"""Docker without an engine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ecs_emulator.scheduler.docker.engine import Engine
from emulator.tests.scheduler.docker.stand_in import StandIn


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """What `docker` is meanwhile."""
    made = StandIn(tmp_path / "engine")
    monkeypatch.setenv("PATH", f"{made.bin}:{os.environ['PATH']}")
    return made


@pytest.fixture
def engine(stand_in: StandIn) -> Engine:
    return Engine()
