"""Folders of the tests."""

from pathlib import Path

TEMPLATES = Path(__file__).parent.parent / "templates"
ROOT = Path(__file__).parents[3]  # where a program that a test starts finds `emulator.tests`
