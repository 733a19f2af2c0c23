"""Reaper of the processes of an emulator whose main process has gone, however it went.

`python -m ecs_emulator.reaper` reads process group ids from its standard input, one a line; `-id` takes one back. The
main process holds the other end of that pipe: when it ends, even by SIGKILL, the pipe ends, and the reaper kills the
groups it was told.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TextIO, cast

from ecs_emulator.supervisor import how_ended


class Start(Protocol):
    def __call__(
        self,
        command: list[str],
        environment: dict[str, str],
        output: Path | None,
        folder: Path | None = None,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.Popen[bytes]:
        """Start a process group in `folder`, from any thread. Both its outputs are added to a file, or with None are
        the child's `stdout` to read. Raises OSError when there is no such command or folder.
        """
        ...


class Reaper:
    """The reaper's process from construction to `close`, and what starts commands in its care.

    Implements Start, and Child of the supervisor: a new reaper is told all groups that live.
    """

    name = "The reaper"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: list[subprocess.Popen[bytes]] = []
        self.process = _keeper()

    def __call__(
        self,
        command: list[str],
        environment: dict[str, str],
        output: Path | None,
        folder: Path | None = None,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.Popen[bytes]:
        with self._lock, contextlib.ExitStack() as opened:
            # The number of a group that has gone may soon be somebody else's.
            for child in [child for child in self._kept if _is_gone(child)]:
                self._kept.remove(child)
                self._tell(-child.pid)
            child = subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=opened.enter_context(output.open("ab")) if output else subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=pass_fds,
            )
            self._kept.append(child)
            self._tell(child.pid)
            return child

    def ended(self) -> str | None:
        return how_ended(self.process.poll())

    def restart(self) -> None:
        with self._lock:
            new = _keeper()
            self._hang_up()
            self.process = new
            for child in self._kept:
                if not _is_gone(child):
                    self._tell(child.pid)

    def last_lines(self) -> Sequence[str]:
        return ()

    def close(self) -> None:
        """Kill what it keeps, and wait until that is done."""
        if self.ended():
            self.restart()
        with self._lock:
            self._hang_up()
        self.process.wait()

    def _tell(self, number: int) -> None:
        # One that has ended hears nothing; its successor is told all.
        with contextlib.suppress(BrokenPipeError):
            print(number, file=self.process.stdin, flush=True)

    def _hang_up(self) -> None:
        # What could not be told is lost with the pipe.
        with contextlib.suppress(BrokenPipeError):
            cast("TextIO", self.process.stdin).close()


def _keeper() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ecs_emulator.reaper"],
        stdin=subprocess.PIPE,
        text=True,
        # Ctrl-C in a terminal reaches a whole process group: not this one.
        start_new_session=True,
    )


@contextmanager
def started() -> Iterator[Reaper]:
    """A reaper; at the end all is killed that it keeps."""
    reaper = Reaper()
    try:
        yield reaper
    finally:
        reaper.close()


def _is_gone(child: subprocess.Popen[bytes]) -> bool:
    """True when nothing is left of a child's process group; its number is not free before it is waited for."""
    if child.returncode is None:
        return False
    try:
        os.killpg(child.pid, 0)
    except (ProcessLookupError, PermissionError):  # or somebody else's already
        return True
    return False


def keep(lines: Iterable[str]) -> None:
    """Wait until `lines` end, then kill every process group they named and did not take back."""
    groups: set[int] = set()
    for number in map(int, lines):
        if number > 0:
            groups.add(number)
        else:
            groups.discard(-number)
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    keep(sys.stdin)
