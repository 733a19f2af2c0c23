"""Figures come to their place on docs/reliability.md, and nothing else there changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.page import PAGE, NoPlace, machine, put, table

TEXT = "Before.\n\n<!-- one -->\n<!-- /one -->\n\nBetween.\n\n<!-- two -->\nold\n<!-- /two -->\n\nAfter.\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text(TEXT)
    return path


def test_figures_take_the_place_of_those_before_and_leave_the_rest(page: Path) -> None:
    put("one", "1", page)
    put("one", "\n1 |\n", page)
    put("two", "2", page)
    assert page.read_text() == (
        "Before.\n\n<!-- one -->\n\n1 |\n\n<!-- /one -->\n\nBetween.\n\n<!-- two -->\n\n2\n\n<!-- /two -->\n\nAfter.\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<!-- one -->\n",
        "<!-- /one -->\n",
        "<!-- /one -->\n<!-- one -->\n",
        "<!-- one -->\n<!-- one -->\n<!-- /one -->\n",
        "<!-- one -->\n<!-- /one -->\n<!-- /one -->\n",
    ],
)
def test_figures_without_one_place_are_refused(page: Path, text: str) -> None:
    page.write_text(text)
    with pytest.raises(NoPlace, match="has no block"):
        put("one", "1", page)
    assert page.read_text() == text


def test_a_cell_may_hold_what_parts_cells() -> None:
    assert table(("a", "b"), [("1|2", "3")]) == "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |"


def test_figures_say_where_and_when_they_were_found() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d, \d+ cores, \S+ \S+, Python 3\.\d+\.\d+\S*", machine())


def test_every_block_of_the_page_stands_there_once_and_has_figures() -> None:
    marks = re.findall(r"^<!-- (/?)([a-z-]+) -->$", PAGE.read_text(), re.MULTILINE)
    names = [name for slash, name in marks if not slash]
    assert marks == [mark for name in names for mark in (("", name), ("/", name))]
    assert len(set(names)) == len(names) > 0
    blocks = re.findall(r"^<!-- ([a-z-]+) -->\n(.*?)<!-- /\1 -->$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert [name for name, figures in blocks if "|" not in figures] == []
