"""A break is noticed when its test passes without it and fails with it, in a copy, and nothing else counts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.breaks import Break
from tests.breaks import __main__ as runner
from tests.breaks.project import Copy, NotApplicable, Verdict, judge
from tests.platform_runner import none_left

MODULE = "def double(number):\n    return number + number\n"
TESTS = """
import time
import doubling

def test_a_number_is_doubled():
    assert doubling.double(3) == 6

def test_two_is_doubled():
    assert doubling.double(2) == 4

def test_nobody_waits_for_ever():
    time.sleep(1000)

def test_nobody_passes():
    raise ValueError
"""
WHERE = """
import subprocess, sys
from pathlib import Path

def test_where():
    code = "import ecs_emulator; print(ecs_emulator.__file__)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str(Path("emulator/ecs_emulator.py").resolve())
"""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Finding the plugins of pytest takes longer than all that is done here."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one module and its tests."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "doubling.py").write_text(MODULE)
    (folder / "test_doubling.py").write_text(TESTS)
    (folder / ".gitignore").write_text("*.log\n")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    return folder


def a_break(test: str, old: str = "number + number", new: str = "number * number") -> Break:
    return Break("Numbers are squared.", "doubling.py", old, new, f"test_doubling.py::{test}")


def test_a_break_that_its_test_sees_is_noticed(project: Path, tmp_path: Path) -> None:
    verdict = judge(a_break("test_a_number_is_doubled"), tmp_path / "copy", project)
    assert (verdict.noticed, verdict.reason) == (True, "")
    assert verdict.seconds > 0
    assert (project / "doubling.py").read_text() == MODULE, "only the copy is broken"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (a_break("test_two_is_doubled"), "the test passes"),
        (a_break("test_nobody_passes"), "the test fails without the break"),
        (a_break("test_not_written"), "the test cannot be run (pytest ended with 4) without the break"),
        (a_break("test_a_number_is_doubled", old="number - number"), "doubling.py has 0 of: number - number"),
        (a_break("test_a_number_is_doubled", old="number", new="x"), "doubling.py has 3 of: number"),
        # That a module cannot be imported says nothing of what a test holds.
        (a_break("test_a_number_is_doubled", new=")"), "the test cannot be run (pytest ended with 4)"),
    ],
)
def test_what_no_test_has_seen_fail_is_not_noticed(project: Path, tmp_path: Path, broken: Break, reason: str) -> None:
    verdict = judge(broken, tmp_path / "copy", project)
    assert (verdict.noticed, verdict.reason) == (False, reason)


def test_a_test_that_hangs_is_ended(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    verdict = judge(a_break("test_nobody_waits_for_ever"), copy, project, limit=1)
    assert (verdict.noticed, verdict.reason) == (False, "the test was not over after 1 s without the break")
    none_left(f"BROKEN_COPY={copy}")


def test_what_a_test_leaves_running_is_ended_and_nothing_else(project: Path, tmp_path: Path) -> None:
    waiting = [sys.executable, "-c", "input()"]
    copies = [Copy(tmp_path / name) for name in ("copy", "copy2")]
    mine, other = (
        subprocess.Popen(waiting, env=os.environ | copy.mark, stdin=subprocess.PIPE, start_new_session=True)
        for copy in copies
    )
    with mine, other:
        copies[0].end()
        assert mine.wait(30) == -signal.SIGKILL
        assert other.poll() is None
        copies[1].end()
        assert other.wait(30) == -signal.SIGKILL


def test_a_copy_has_what_git_would_have_and_its_tools(project: Path, tmp_path: Path) -> None:
    (project / "debug.log").write_text("")
    (project / "gone.py").write_text("")
    subprocess.run(["git", "add", "."], cwd=project, check=True)
    (project / "gone.py").unlink()
    (project / ".venv").mkdir()
    copy = Copy.of(project, tmp_path / "copy")
    assert sorted(os.listdir(copy.folder)) == [".gitignore", ".venv", "doubling.py", "test_doubling.py"]
    assert (copy.folder / ".venv").resolve() == project / ".venv"
    with pytest.raises(NotApplicable):
        copy.with_break(Break("It is there.", "gone.py", "a", "b", "test_doubling.py"))


def test_programs_that_a_test_starts_are_those_of_the_copy(tmp_path: Path) -> None:
    """Else what a break does to a program would be seen by nobody."""
    (tmp_path / "emulator").mkdir()
    (tmp_path / "emulator" / "ecs_emulator.py").touch()
    (tmp_path / "test_where.py").write_text(WHERE)
    ran = Copy(tmp_path).run("test_where.py")
    assert ran.code == 0, ran.output


def test_all_is_well_only_when_every_break_was_noticed_and_the_table_says_which(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    breaks = [a_break("test_one"), Break("Nothing is doubled.", "doubling.py", "a", "b", "test_doubling.py::test_two")]
    verdicts = {"test_doubling.py::test_one": Verdict(True, 1.25), "test_doubling.py::test_two": Verdict(False, 2.0)}
    written: list[str] = []
    monkeypatch.setattr(runner, "AREAS", ("data",))
    monkeypatch.setattr(runner, "breaks_of", lambda area: breaks)
    monkeypatch.setattr(runner, "judge", lambda broken, folder: verdicts[broken.test])
    monkeypatch.setattr(runner, "put", lambda name, figures: written.append(figures))

    monkeypatch.setattr(sys, "argv", ["breaks", "--write"])
    assert runner.main() == 1
    rows = [
        "| data | Numbers are squared. | `test_doubling.py::test_one` | 1.2 s |",
        "| data | Nothing is doubled. | `test_doubling.py::test_two` | **not noticed** |",
    ]
    assert capsys.readouterr().out.splitlines()[2:] == rows
    assert "\n".join(rows) in written[0]

    breaks.pop()
    monkeypatch.setattr(sys, "argv", ["breaks", "data"])
    assert runner.main() == 0
    assert len(written) == 1


@pytest.mark.parametrize("arguments", [["nothing"], ["data", "--write"]])
def test_a_part_of_the_areas_is_never_written_and_an_unknown_one_refused(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["breaks", *arguments])
    with pytest.raises(SystemExit, match="2"):
        runner.main()
