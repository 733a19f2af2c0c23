"""A list of stacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecs_emulator.stacks.templates import TemplateError
from ops.stacks.listing import LISTING, Listing


@pytest.mark.parametrize("text", ["a: *a", "stacks: {}", "stacks: [{name: x}]", "[", "stacks: []\nassemblies: [x]"])
def test_a_list_of_stacks_has_the_same_limits(tmp_path: Path, text: str) -> None:
    path = tmp_path / "stacks.yml"
    path.write_text(text)
    with pytest.raises(TemplateError, match=r"^stacks\.yml"):
        Listing.read(path)


def test_a_stack_of_images_is_none_with_a_service() -> None:
    with_service = [each.name for each in Listing.read(LISTING).assembly("split") if each.has_service]
    assert with_service == [f"mysfits-{name}" for name in ("service", "catalog", "likes", "users", "threads", "posts")]
