"""Whatever fits the description, and whatever does not: the production server answers as it is described.

Breaks that this file notices, tried: a number answered as text; a list without its ETag; any filter taken for a
right one.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Rows
from tests.fuzz.conftest import SEED, TIMES
from tests.fuzz.figures import Figures
from tests.server import Server

# Beside the scanners, because it wants more than the application's tests do (tools/setup-scan).
SCHEMATHESIS = Path(__file__).parents[2] / ".venv-scan" / "bin" / "schemathesis"
SETTINGS = Path(__file__).parent / "schemathesis.toml"
EXAMPLES = 40 * TIMES  # of each operation that takes anything
CASES = 850 * TIMES  # that this comes to at the least: where few inputs fit, all are soon tried
PATIENCE = 590 * TIMES  # seconds


@pytest.mark.timeout(600 * TIMES)
def test_every_answer_is_as_described(server: Server, rows: Rows, tmp_path: Path, figures: Figures) -> None:
    mysfits = [rows.add() for _ in range(3)]
    report = tmp_path / "report.json"
    options = {
        "--checks": "all",
        "--max-examples": str(EXAMPLES),
        "--seed": str(SEED),
        "--workers": "2",
        "--request-timeout": "30",
        "--generation-database": "none",
        "--report": "json",
        "--report-json-path": str(report),
    }
    command: list[str | Path] = [
        SCHEMATHESIS,
        "--config-file",
        SETTINGS,
        "run",
        f"{server.url}/openapi.json",
        "--continue-on-failure",
    ]
    command += [word for option in options.items() for word in option]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE)
    assert result.returncode == 0, result.stdout + result.stderr
    told = json.loads(report.read_text())
    assert told["test_cases"]["generated"] >= CASES
    assert told["test_cases"]["with_failures"] == 0
    # All but the address of the description itself, which it reads to begin with.
    paths = server.request("GET", "/openapi.json")[1]["paths"]
    assert told["operations"]["tested"] == sum(map(len, paths.values())) - 1
    # The links led it to mysfits that there are.
    assert sum(rows.get(each)["Likes"] for each in mysfits) > 0
    assert any(rows.get(each)["Adopted"] for each in mysfits)
    assert not [line for line in server.output().splitlines() if "exception" in json.loads(line)]
    figures.described = told["test_cases"]["generated"]
