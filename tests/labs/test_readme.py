"""What the README tells a newcomer to try works as it stands."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.labs.test_eight_steps import ARRIVED
from tests.labs.walk import UP, section, steps, walk
from tests.platform_runner import MYSFITS, ROOT

README = ROOT / "README.md"
LINES = 130


def tried() -> list[str]:
    return [step.commands for step in steps(section(README, "Try it"))]


def test_it_is_short() -> None:
    assert len(README.read_text().splitlines()) <= LINES


@pytest.mark.timeout(900)
def test_the_heart_is_in_the_log(tmp_path: Path) -> None:
    run, heart, _ = tried()
    # `make run` is the command that the walk can stop and give free ports.
    made = re.search(r"^run: .*\n\t@exec (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert (run, made and made[1]) == ("make run\n", "$(BIN)/mysfits up")
    like, *look = heart.splitlines()
    commands = [UP, like, ARRIVED.replace("mysfits logs", ".venv/bin/mysfits logs"), *look]
    text = "\n".join(f"```sh\n{command}\n```" for command in commands)
    _, liked, _, events, status = (output for _, output in walk(text, tmp_path / "local"))
    assert json.loads(liked)["Update"] == "Success"
    assert "Like processed.  revision=mysfits-service:" in events
    assert re.match(r"mysfits-service  mysfits-service:\d+  2 of 2 tasks run\n", status)


def test_the_drills_are_ones_that_there_are() -> None:
    named = re.findall(r"^\.venv/bin/mysfits drill ([a-z-]+) ", tried()[2], re.MULTILINE)
    listed = subprocess.run([*MYSFITS, "drill", "--list"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert len(named) == 2
    assert set(named) <= {line.split()[0] for line in listed.splitlines()}
