"""Drills as tests run them: `mysfits drill`, in a process of its own, whose end is looked at closely."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.ops.outcomes import Outcome
from tests.platform_runner import MYSFITS, ROOT, none_left


def drilled(folder: Path, name: str, *options: str) -> dict[str, Any]:
    """Run a drill, which must pass and leave no process behind; its figures, and all it said as `said`.

    Where it could say nothing, because the machine was starved, it has one more try, and then the test fails: whoever
    wants to know whether the drill passes does not know it yet.
    """
    for attempt in ("first", "second"):
        kept = folder / attempt
        mark = {"DRILL": str(kept)}
        command = [*MYSFITS, "drill", name, "--speed", "10", "--keep", str(kept), *options]
        done = subprocess.run(command, cwd=ROOT, env=os.environ | mark, capture_output=True, text=True, timeout=800)
        none_left(f"DRILL={kept}")
        if done.returncode != Outcome.INCONCLUSIVE:
            break
    else:
        pytest.fail(f"inconclusive, twice; run it on a machine with less to do.\n{done.stdout}{done.stderr}", False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (kept / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    document: dict[str, Any] = json.loads((kept / f"{name}.json").read_text())
    assert document["passed"]
    return {**document, "said": done.stdout}
