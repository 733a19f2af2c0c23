"""Clean-up of the containers of an emulator whose main process has gone, however it went.

`python -m ecs_emulator.scheduler.docker.cleanup LABEL` waits for the end of its standard input. The main process
holds the other end of that pipe and says `done` when it has removed all itself: the reaper's idea, for what an
engine keeps.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO, cast

from ecs_emulator.scheduler.docker.engine import Engine, EngineError, NoEngine
from ecs_emulator.supervisor import how_ended

DONE = "done\n"
LOOKS = 5  # the last `docker create` of a process that was killed may still be under way
PAUSE = 0.5  # seconds between two


def sweep(engine: Engine, label: str) -> None:
    """Remove every container that has a label (`name=value`), running or not, and then every network."""
    if containers := _found(engine, "ps", "--all", label):
        with contextlib.suppress(EngineError):  # gone by itself
            engine.call("rm", "--force", "--volumes", *containers)
    if networks := _found(engine, "network", "ls", label):
        with contextlib.suppress(EngineError):  # still held; there may be another look
            engine.call("network", "rm", *networks)


class Watcher:
    """The process, from construction to `close`. Implements Child of the supervisor."""

    name = "The clean-up of containers"

    def __init__(self, label: str) -> None:
        self._label = label
        self.process = self._begin()

    def restart(self) -> None:
        self.close()
        self.process = self._begin()

    def _begin(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "ecs_emulator.scheduler.docker.cleanup", self._label],
            stdin=subprocess.PIPE,
            text=True,
            # Ctrl-C in a terminal reaches a whole process group: not this one.
            start_new_session=True,
        )

    def ended(self) -> str | None:
        return how_ended(self.process.poll())

    def last_lines(self) -> Sequence[str]:
        return ()

    def tell_done(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            print(DONE, end="", file=self.process.stdin, flush=True)

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            cast("TextIO", self.process.stdin).close()
        self.process.wait()


@contextmanager
def watched(engine: Engine, label: str) -> Iterator[Watcher]:
    """All with this label is removed at the end, and soon when this process is killed."""
    watcher = Watcher(label)
    try:
        yield watcher
        sweep(engine, label)
        watcher.tell_done()
    finally:
        watcher.close()


def _found(engine: Engine, *command: str) -> list[str]:
    *words, label = command
    with contextlib.suppress(EngineError):
        return engine.call(*words, "--quiet", "--filter", f"label={label}").split()
    return []


def main() -> None:
    if DONE in sys.stdin:
        return
    with contextlib.suppress(NoEngine):
        engine = Engine()
        for _ in range(LOOKS):
            sweep(engine, sys.argv[1])
            time.sleep(PAUSE)


if __name__ == "__main__":
    main()
