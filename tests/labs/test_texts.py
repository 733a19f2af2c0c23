"""Both languages of the labs tell the same, no block is left out, and links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.labs.lessons import ENGLISH, KOREAN, LABS, korean
from tests.labs.walk import UP, steps

TEXTS = sorted(LABS.glob("*.md"))


def headings(text: str) -> list[str]:
    """The level and number of each heading, which no language changes."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#+ (?:\S+(?=(?:, \S+)* ·))?", prose, re.MULTILINE)


def links(text: str) -> list[str]:
    return [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]


def test_there_are_labs_and_each_is_there_in_korean() -> None:
    assert [korean(lab) for lab in ENGLISH] == KOREAN
    assert len(ENGLISH) == 5


@pytest.mark.parametrize("lab", ENGLISH, ids=lambda lab: lab.name)
def test_both_languages_have_the_same_steps_and_show_the_same(lab: Path) -> None:
    english, other = lab.read_text(), korean(lab).read_text()
    assert steps(other) == steps(english)
    assert headings(other) == headings(english)
    assert len(headings(english)) > 5


@pytest.mark.parametrize("lab", ENGLISH, ids=lambda lab: lab.name)
def test_the_first_block_alone_starts_a_rehearsal_and_does_nothing_else(lab: Path) -> None:
    first, *rest = steps(lab.read_text())
    assert first.commands.startswith(UP)
    assert first.commands.count("\n") == 1
    assert not [step for step in rest if re.search(r"\bmysfits up\b", step.commands)]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_every_link_leads_to_a_file(text: Path) -> None:
    found = links(text.read_text())
    assert found
    for link in found:
        assert (text.parent / link).resolve().is_file(), link


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_the_first_link_changes_the_language_and_no_other_does(text: Path) -> None:
    other, *rest = (link for link in links(text.read_text()) if "/" not in link)
    is_korean = [name.endswith(".ko.md") for name in (text.name, other)]
    assert sorted(is_korean) == [False, True]
    assert all(name.endswith(".ko.md") == is_korean[0] for name in rest)


def test_every_lab_is_in_both_indexes() -> None:
    assert {link for link in links((LABS / "README.md").read_text()) if link.startswith("s")} == {
        lab.name for lab in ENGLISH
    }
    assert {link for link in links((LABS / "README.ko.md").read_text()) if link.startswith("s")} == {
        lab.name for lab in KOREAN
    }
