"""What the labs tell a reader to type works, and shows what they say it shows.

Every second lab is in test_other_walks.py, so that they are walked through side by side. A walk through the English
text is one through the Korean: what is typed and shown is the same in both (test_texts.py).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.labs.lessons import ENGLISH
from tests.labs.walk import walk_to_its_end


@pytest.mark.timeout(900)
@pytest.mark.parametrize("lab", ENGLISH[::2], ids=lambda lab: lab.name)
def test_every_command_of_the_lab_works(lab: Path, tmp_path: Path) -> None:
    walk_to_its_end(lab.read_text(), tmp_path / "local")
