"""What the other half of the labs tell a reader to type works, and shows what they say it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.labs.lessons import ENGLISH
from tests.labs.walk import walk_to_its_end


@pytest.mark.timeout(900)
@pytest.mark.parametrize("lab", ENGLISH[1::2], ids=lambda lab: lab.name)
def test_every_command_of_the_lab_works(lab: Path, tmp_path: Path) -> None:
    walk_to_its_end(lab.read_text(), tmp_path / "local")
