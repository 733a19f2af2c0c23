"""What the exit codes mean is where an operator looks."""

from __future__ import annotations

from click.testing import CliRunner

from ecs_emulator.ops.outcomes import MEANINGS
from mysfits.cli import main
from tests.platform_runner import ROOT

OPERATIONS = ROOT / "docs" / "operations.md"


def test_every_exit_code_is_in_the_help_and_in_the_runbook() -> None:
    texts = (CliRunner().invoke(main, ["--help"]).output, OPERATIONS.read_text())
    for outcome, meaning in MEANINGS.items():
        assert f"  {int(outcome)}    {meaning}" in texts[0]
        assert f"| {int(outcome)} | `{outcome.word}` | {meaning} |" in texts[1]
