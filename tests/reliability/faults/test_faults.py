"""The faults as they are, each injected for a short time in a rehearsal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reliability.faults.programme import PROGRAMME
from tests.platform_runner import ROOT, none_left
from tools.page import PAGE


def block() -> str:
    """What the page shows of the faults."""
    return PAGE.read_text().split("<!-- faults -->")[1].split("<!-- /faults -->")[0]


@pytest.mark.timeout(900)
def test_no_fault_costs_more_than_it_may(tmp_path: Path) -> None:
    before = block()
    command = [sys.executable, "-m", "reliability.faults", "--seconds", "1.5"]
    mark = {"FAULTS_TRIED": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | mark, capture_output=True, text=True, timeout=800)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [each.name for each in PROGRAMME if f"{each.name}: {each.done}. holds" not in done.stdout] == []
    none_left(f"FAULTS_TRIED={tmp_path}")
    assert block() == before, "without --write it leaves the page alone"


def test_without_a_compiler_it_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reliability.faults"],
        cwd=ROOT,
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "tools/setup-faults installs one" in done.stderr
