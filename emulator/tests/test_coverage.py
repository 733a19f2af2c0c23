"""The README says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecs_emulator.coverage import BEGIN, tables, written
from ecs_emulator.stacks.resources.registry import known

README = Path(__file__).parent.parent / "README.md"


def test_the_tables_of_the_readme_are_those_of_the_code() -> None:
    """`python -m ecs_emulator.coverage README.md` writes them."""
    page = README.read_text()
    assert written(page) == page
    assert len(page.splitlines()) <= 130


def test_every_resource_type_that_is_known_is_in_a_table() -> None:
    text = tables()
    for each in known(tasks_run=True):
        _, service, resource = each.split("::")
        assert f"{service} (" in text
        assert resource in text


def test_a_page_without_a_place_for_the_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="0 places"):
        written(f"# A page\n{BEGIN}\n")
