"""What the labs tell an English reader to type works, and shows what they say it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.labs.lessons import ENGLISH
from tests.labs.walk import steps, walk


@pytest.mark.timeout(600)
@pytest.mark.parametrize("lab", ENGLISH, ids=lambda lab: lab.name)
def test_every_command_of_the_lab_works(lab: Path, tmp_path: Path) -> None:
    done = list(walk(lab.read_text(), tmp_path / "local"))
    assert len(done) == len(steps(lab.read_text())) > 0
