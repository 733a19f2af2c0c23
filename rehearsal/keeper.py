"""Ends the processes of a rehearsal whose main process has gone, however it went.

`python -m rehearsal.keeper` reads process group ids from its standard input, one a line. The main process holds the
other end of that pipe: when it ends, even by SIGKILL, the pipe ends, and the keeper kills the groups it was told.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO, cast

Start = Callable[[list[str], dict[str, str], Path], "subprocess.Popen[bytes]"]


@contextmanager
def started() -> Iterator[Start]:
    """A keeper, and the function that starts a command in its care: a process group, its output added to a file."""
    keeper = subprocess.Popen(
        [sys.executable, "-m", "rehearsal.keeper"],
        stdin=subprocess.PIPE,
        text=True,
        # Ctrl-C in a terminal reaches a whole process group: not this one.
        start_new_session=True,
    )
    told = cast("TextIO", keeper.stdin)

    def start(command: list[str], environment: dict[str, str], output: Path) -> subprocess.Popen[bytes]:
        with output.open("ab") as file:
            child = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        print(child.pid, file=told, flush=True)
        return child

    try:
        yield start
    finally:
        told.close()
        keeper.wait()


def keep(lines: Iterable[str]) -> None:
    """Wait until `lines` end, then kill every process group they named."""
    for group in [int(line) for line in lines]:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    keep(sys.stdin)
