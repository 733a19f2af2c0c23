"""A task stays within 256 MiB, with 256 clients."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.assemblies import LIMIT, assemblies
from tests.platform_runner import PATIENCE, ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")

MONOLITH = "mysfits-service"  # which has every feature, and so needs most


def test_the_services_that_are_measured_are_those_of_the_split_assembly() -> None:
    features = {stack: environment["FEATURES"] for stack, environment in assemblies().items()}
    assert features == {
        MONOLITH: "all",
        "mysfits-catalog": "catalog,adoptions,hello",
        "mysfits-likes": "likes",
        "mysfits-users": "users",
        "mysfits-threads": "threads",
        "mysfits-posts": "posts",
    }


def test_the_monolith_under_load_fits_into_256_mib(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    # In a process of its own, and so with tables of its own.
    command = [sys.executable, "-m", "bench.assemblies", "--seconds", "5", "--only", MONOLITH, "--into", str(page)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=2 * PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = (line for line in page.read_text().splitlines() if line.startswith(f"| {MONOLITH} "))
    at_rest, at_most, resident, requests, shed = (int(cell.replace(",", "")) for cell in row.split("|")[3:8])
    assert requests > shed
    # Two processes with boto3 and what starts them; less would be no task at all.
    assert 50 < at_rest <= at_most <= min(LIMIT, resident)
    assert f"**{LIMIT} MiB are enough" in page.read_text()
