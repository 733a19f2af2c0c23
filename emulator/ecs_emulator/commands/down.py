"""`down`: the end of the emulator of this folder."""

from __future__ import annotations

import contextlib
import os
import signal
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
    is_told = False
    while (now := holder(folder)) is not None and now in (0, number):
        if now and not is_told:
            # By the number that the holder of the lock has written: no other process can have it meanwhile.
            with contextlib.suppress(ProcessLookupError):
                os.kill(now, signal.SIGTERM)
            is_told = True
        number = number or now
        if time.monotonic() > deadline:
            raise Failure(Outcome.TIMED_OUT, f"The emulator has not ended within {timeout} s; it is still stopping.")
        time.sleep(_PAUSE)
    put("The emulator is stopped. What was stored is kept.")
