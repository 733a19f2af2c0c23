"""The soak as it is, in its short form.

Breaks that it notices, tried: each write of likes counts one more; a table that is never throttled.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.platform_runner import ROOT, none_left


@pytest.mark.timeout(900)
def test_all_at_once_fails_nobody_without_a_reason_and_keeps_likes_exact_and_memory_flat(tmp_path: Path) -> None:
    picture = tmp_path / "soak.png"
    command = [sys.executable, "-m", "reliability.soak", "--for", "80s", "--clients", "8", "--picture", str(picture)]
    mark = {"SOAK": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | mark, capture_output=True, text=True, timeout=800)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("  ✓ ") == 9
    assert "The soak has passed." in done.stdout
    assert picture.read_bytes().startswith(b"\x89PNG")
    none_left(f"SOAK={tmp_path}")
