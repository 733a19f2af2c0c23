"""Ends the processes of a rehearsal whose main process has gone, however it went.

`python -m rehearsal.keeper` reads process group ids from its standard input, one a line; `-id` takes one back. The
main process holds the other end of that pipe: when it ends, even by SIGKILL, the pipe ends, and the keeper kills the
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


@contextmanager
def started() -> Iterator[Start]:
    """A keeper, and the function that starts a command in its care."""
    keeper = subprocess.Popen(
        [sys.executable, "-m", "rehearsal.keeper"],
        stdin=subprocess.PIPE,
        text=True,
        # Ctrl-C in a terminal reaches a whole process group: not this one.
        start_new_session=True,
    )
    told = cast("TextIO", keeper.stdin)
    lock = threading.Lock()
    kept: list[subprocess.Popen[bytes]] = []

    def start(
        command: list[str],
        environment: dict[str, str],
        output: Path | None,
        folder: Path | None = None,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.Popen[bytes]:
        with lock, contextlib.ExitStack() as opened:
            # The number of a group that has gone may soon be somebody else's.
            for child in [child for child in kept if _is_gone(child)]:
                kept.remove(child)
                print(-child.pid, file=told, flush=True)
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
            kept.append(child)
            print(child.pid, file=told, flush=True)
            return child

    try:
        yield start
    finally:
        told.close()
        keeper.wait()


def _is_gone(child: subprocess.Popen[bytes]) -> bool:
    """Whether nothing is left of a child's process group; its number is not free before somebody has waited for it."""
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
