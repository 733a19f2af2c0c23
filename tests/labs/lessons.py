"""The labs, found: which texts there are."""

from __future__ import annotations

from pathlib import Path

from tests.platform_runner import ROOT

LABS = ROOT / "docs" / "labs"
KOREAN = sorted(LABS.glob("s*.ko.md"))
ENGLISH = sorted(set(LABS.glob("s*.md")) - set(KOREAN))


def korean(english: Path) -> Path:
    """Where the same text is in Korean."""
    return english.with_suffix(".ko.md")
