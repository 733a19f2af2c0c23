"""No process outlives the emulator that started it, however that one ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from ecs_emulator import reaper
from emulator.tests.support.folders import ROOT
from emulator.tests.support.processes import living
from emulator.tests.support.waiting import PATIENCE, until

# Deaf to a polite stop, and with a child of its own.
STUBBORN = ["sh", "-c", "trap '' TERM INT HUP; echo born; sleep 600 & wait; wait"]
# A main process that keeps two of them, until its standard input ends or it is killed.
MAIN = f"""
import os, sys
from pathlib import Path
from ecs_emulator import reaper
with reaper.started() as start:
    for name in ("one", "other"):
        start({STUBBORN}, dict(os.environ), Path(sys.argv[1]) / name)
    print("started", flush=True)
    sys.stdin.read()
"""


@contextmanager
def main_process(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The main process with its children running, and the mark that they all carry."""
    mark = f"EMULATOR_TEST={uuid.uuid4()}"
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, str(folder)],
        cwd=ROOT,
        env={**os.environ, **dict([mark.split("=")])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as main:
        try:
            assert main.stdout
            assert main.stdout.readline() == b"started\n"
            until(lambda: sum(line == "sleep 600" for line in living(mark).values()) == 2, "both have a child")
            yield main, mark
        finally:
            for pid in living(mark):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_children_die_with_their_main_process_when_it_is_killed(tmp_path: Path, by: signal.Signals) -> None:
    with main_process(tmp_path) as (main, mark):
        main.send_signal(by)
        main.wait()
        until(lambda: not living(mark), "all children are gone")


def test_ctrl_c_in_the_terminal_does_not_end_the_keeper_before_its_work(tmp_path: Path) -> None:
    with main_process(tmp_path) as (main, mark):
        os.killpg(main.pid, signal.SIGINT)
        main.wait()
        until(lambda: not living(mark), "all children are gone")


def test_children_die_at_the_end_of_the_block(tmp_path: Path) -> None:
    with main_process(tmp_path) as (main, mark):
        assert main.stdin
        main.stdin.close()
        assert main.wait() == 0
        # `started` ends after the reaper's work, not before.
        until(lambda: not living(mark), "all children are gone")


def test_a_child_s_output_is_added_to_its_file(tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.write_text("before\n")
    with reaper.started() as start:
        command = [
            sys.executable,
            "-c",
            "import sys; print('out'); sys.stdout.flush(); print('error', file=sys.stderr)",
        ]
        assert start(command, dict(os.environ), output).wait() == 0
    assert output.read_text() == "before\nout\nerror\n"


def test_a_child_s_output_can_be_read(tmp_path: Path) -> None:
    with reaper.started() as start:
        child = start(["sh", "-c", "echo out; echo error >&2; pwd"], dict(os.environ), None, tmp_path)
        out, _ = child.communicate(timeout=PATIENCE)
    assert out.decode() == f"out\nerror\n{tmp_path}\n"


def test_a_command_that_is_not_there_is_an_error_and_no_child(tmp_path: Path) -> None:
    with reaper.started() as start, pytest.raises(FileNotFoundError):
        start(["no-such-command"], dict(os.environ), None)


def test_many_threads_may_start_children(tmp_path: Path) -> None:
    with reaper.started() as start, ThreadPoolExecutor(8) as pool:
        children = list(
            pool.map(lambda number: start(["echo", str(number)], dict(os.environ), tmp_path / str(number)), range(40))
        )
        assert [child.wait(PATIENCE) for child in children] == [0] * 40
    assert [(tmp_path / str(number)).read_text() for number in range(40)] == [f"{number}\n" for number in range(40)]


def test_a_group_that_is_gone_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its number may be somebody else's by the time the reaper kills."""
    told = tmp_path / "told"
    monkeypatch.setattr(sys, "executable", str(a_script(tmp_path / "reaper", f"cat > {told}")))
    with reaper.started() as start:
        gone = start(["true"], dict(os.environ), tmp_path / "output")
        assert gone.wait(PATIENCE) == 0
        # Its child lives on, and so does the group.
        left = start(["sh", "-c", "sleep 600 & :"], dict(os.environ), tmp_path / "output")
        assert left.wait(PATIENCE) == 0
        last = start(["true"], dict(os.environ), tmp_path / "output")
        assert last.wait(PATIENCE) == 0
        os.killpg(left.pid, signal.SIGKILL)
    assert told.read_text().split() == [str(number) for number in (gone.pid, -gone.pid, left.pid, last.pid)]


def test_the_keeper_kills_what_was_named_and_not_taken_back() -> None:
    children = [subprocess.Popen(["sleep", "600"], start_new_session=True) for _ in range(2)]
    try:
        reaper.keep(f"{number}\n" for number in (children[0].pid, children[1].pid, -children[0].pid, 2**22 + 1))
        assert children[1].wait(PATIENCE) == -signal.SIGKILL
        assert children[0].poll() is None
    finally:
        for child in children:
            child.kill()
            child.wait()


def a_script(path: Path, commands: str) -> Path:
    path.write_text(f"#!/bin/sh\n{commands}\n")
    path.chmod(0o755)
    return path


def test_a_child_that_has_ended_already_is_no_trouble(tmp_path: Path) -> None:
    with reaper.started() as start:
        assert start(["true"], dict(os.environ), tmp_path / "output").wait() == 0


def test_a_new_keeper_keeps_what_the_one_before_kept_and_what_was_started_between_them(tmp_path: Path) -> None:
    with reaper.started() as start:
        assert start.ended() is None
        before = start(["sleep", "600"], dict(os.environ), tmp_path / "output")
        gone = start(["true"], dict(os.environ), tmp_path / "output")
        gone.wait(PATIENCE)
        start.process.kill()
        until(lambda: start.ended() == "signal 9", "the reaper has ended")
        between = start(["sleep", "600"], dict(os.environ), tmp_path / "output")
        start.restart()
        assert start.ended() is None
        assert [child.poll() for child in (before, between)] == [None, None]
    assert [child.wait(PATIENCE) for child in (before, between)] == [-signal.SIGKILL] * 2


def test_a_new_keeper_is_told_of_no_group_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with reaper.started() as start:
        gone = start(["true"], dict(os.environ), tmp_path / "output")
        left = start(["sleep", "600"], dict(os.environ), tmp_path / "output")
        gone.wait(PATIENCE)
        start.process.kill()
        start.process.wait()
        told = tmp_path / "told"
        monkeypatch.setattr(sys, "executable", str(a_script(tmp_path / "reaper", f"cat > {told}")))
        start.restart()
        left.kill()
        left.wait(PATIENCE)
    assert told.read_text().split() == [str(left.pid)]


def test_children_die_at_the_end_of_the_block_also_when_the_keeper_has_died_before(tmp_path: Path) -> None:
    with reaper.started() as start:
        child = start(["sleep", "600"], dict(os.environ), tmp_path / "output")
        start.process.kill()
        start.process.wait()
    assert child.wait(PATIENCE) == -signal.SIGKILL
