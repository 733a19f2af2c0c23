"""How `mysfits drill` ends: what has failed weighs more than that of which nothing can be said."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from rich.text import Text

from ecs_emulator.ops.outcomes import Outcome
from reliability.drills.programme import PROGRAMME
from tests.ops.conftest import Mysfits

NAMES = ["rollout", "bad-revision", "task-killed"]


def ended(drill: Any, verdict: str) -> SimpleNamespace:
    return SimpleNamespace(
        drill=drill,
        verdict=verdict,
        passed=verdict == "passed",
        inconclusive=verdict == "inconclusive",
        picture="drill.png",
    )


def test_the_list_says_what_each_shows_and_how_long_it_takes(operate: Mysfits) -> None:
    lines = operate("drill", "--list").output.splitlines()
    assert len(lines) == len(PROGRAMME)
    assert all(re.fullmatch(r"[a-z-]+ +[1-9] min  [A-Z].*\.", line) for line in lines)


@pytest.mark.parametrize(
    ("verdicts", "code", "said"),
    [
        (("passed", "passed", "passed"), Outcome.DONE, ""),
        (
            ("passed", "inconclusive", "inconclusive"),
            Outcome.INCONCLUSIVE,
            "Error: Nothing can be said of these drills: bad-revision, task-killed.\n",
        ),
        (("failed", "inconclusive", "passed"), Outcome.FAILED, "Error: These drills have failed: rollout.\n"),
    ],
)
def test_a_drill_of_which_nothing_can_be_said_ends_with_a_code_of_its_own(
    operate: Mysfits, monkeypatch: pytest.MonkeyPatch, verdicts: tuple[str, ...], code: Outcome, said: str
) -> None:
    results = dict(zip(NAMES, verdicts, strict=True))
    monkeypatch.setattr("ecs_emulator.experiments.run.run", lambda drill, *_: ended(drill, results[drill.name]))
    for shown in ("outcome", "verdict"):
        monkeypatch.setattr(f"ecs_emulator.experiments.show.{shown}", lambda result: Text(result.verdict))
    done = operate("drill", *NAMES, "--speed", "10")
    assert (done.exit_code, done.stderr) == (code, said)
