"""`down`: the end of the emulator of this folder."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time

import click

from ecs_emulator.commands.group import program
from ecs_emulator.commands.options import patience
from ecs_emulator.local import holder
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.terminal import put

_PAUSE = 0.05  # seconds between two looks


@click.command()
@patience(120)
def down(timeout: int) -> None:
    """Stop the emulator of this folder and wait for its end. Its data is kept. That none runs is no error."""
    folder, deadline = program().folder, time.monotonic() + timeout
    number = holder(folder)
    if number is None:
        put("No emulator is running here.")
        return
    with contextlib.ExitStack() as opened:
        process: _Process | None = None
        while (now := holder(folder)) is not None and now in (0, number):
            if now and process is None:
                # By the number that the holder of the lock has written: no other process can have it meanwhile.
                process = opened.enter_context(contextlib.closing(_Process(now)))
                process.terminate()
            number = number or now
            _pause(timeout, deadline)
        # Its lock goes before it does: whoever is told that it has ended may count on its ports and its memory.
        while process and not process.has_ended:
            _pause(timeout, deadline)
    put("The emulator is stopped. What was stored is kept.")


def _pause(timeout: int, deadline: float) -> None:
    """Raises Failure when the time is over."""
    if time.monotonic() > deadline:
        raise Failure(
            Outcome.TIMED_OUT,
            f"The emulator has not ended within {timeout} s; it is still stopping; `{program().name} down` waits on.",
        )
    time.sleep(_PAUSE)


class _Process:
    """A process of somebody else's. By a file of Linux, which another process of that number never gets."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._file: int | None = None
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                self._file = os.pidfd_open(number)

    def terminate(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._number, signal.SIGTERM)

    @property
    def has_ended(self) -> bool:
        if self._file is not None:
            # Also one that nobody has waited for yet.
            return bool(select.select([self._file], [], [], 0)[0])
        try:
            os.kill(self._number, 0)
        except ProcessLookupError:
            return True
        return False

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
