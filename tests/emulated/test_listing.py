"""A list of stacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecs_emulator.stacks.files import Listing
from ecs_emulator.stacks.templates import TemplateError


@pytest.mark.parametrize("text", ["a: *a", "stacks: {}", "stacks: [{name: x}]", "[", "stacks: []\nassemblies: [x]"])
def test_a_list_of_stacks_has_the_same_limits(tmp_path: Path, text: str) -> None:
    path = tmp_path / "stacks.yml"
    path.write_text(text)
    with pytest.raises(TemplateError, match=r"^stacks\.yml"):
        Listing.read(path)
