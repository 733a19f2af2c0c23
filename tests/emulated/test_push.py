"""`mysfits push` where it builds images: without an engine there is one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from mysfits.cli import main


@pytest.fixture
def _no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon.' >&2\nexit 1\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("_no_engine")
def test_an_engine_that_does_not_answer_is_told_with_its_own_words() -> None:
    refused = CliRunner().invoke(main, ["push", "--docker"])
    assert (refused.exit_code, refused.output) == (
        4,
        "Error: No Docker engine answers here. Start one, or leave --docker out. "
        "(Cannot connect to the Docker daemon.)\n",
    )
