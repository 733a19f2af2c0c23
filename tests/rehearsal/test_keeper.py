"""No process outlives the rehearsal that started it, however that one ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rehearsal import keeper
from tests.platform_runner import ROOT, living, until

# Deaf to a polite stop, and with a child of its own.
STUBBORN = ["sh", "-c", "trap '' TERM INT HUP; echo born; sleep 600 & wait; wait"]
# A main process that keeps two of them, until its standard input ends or it is killed.
MAIN = f"""
import os, sys
from pathlib import Path
from rehearsal import keeper
with keeper.started() as start:
    for name in ("one", "other"):
        start({STUBBORN}, dict(os.environ), Path(sys.argv[1]) / name)
    print("started", flush=True)
    sys.stdin.read()
"""


@contextmanager
def main_process(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The main process with its children running, and the mark that they all carry."""
    mark = f"MYSFITS_TEST={uuid.uuid4()}"
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
        # `started` ends after the keeper's work, not before.
        until(lambda: not living(mark), "all children are gone")


def test_a_child_s_output_is_added_to_its_file(tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.write_text("before\n")
    with keeper.started() as start:
        command = [
            sys.executable,
            "-c",
            "import sys; print('out'); sys.stdout.flush(); print('error', file=sys.stderr)",
        ]
        assert start(command, dict(os.environ), output).wait() == 0
    assert output.read_text() == "before\nout\nerror\n"


def test_a_child_that_has_ended_already_is_no_trouble(tmp_path: Path) -> None:
    with keeper.started() as start:
        assert start(["true"], dict(os.environ), tmp_path / "output").wait() == 0
