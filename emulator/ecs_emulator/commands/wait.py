"""`wait`: until the emulator of this folder is ready."""

from __future__ import annotations

import time

import click

from ecs_emulator.commands.group import program
from ecs_emulator.commands.options import patience
from ecs_emulator.local import LOG, Running, holder
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.terminal import put

_PAUSE = 0.1  # seconds between two looks


@click.command()
@patience(120)
def wait(timeout: int) -> None:
    """Wait until the emulator of this folder is ready, also when it is started only later."""
    owner, deadline = program(), time.monotonic() + timeout
    folder = owner.folder
    why = f"Why is told where it was started, or by --detach in {folder / LOG}."
    started = False
    while (running := Running.found(folder)) is None:
        is_held = holder(folder) is not None
        if started and not is_held:
            raise Failure(Outcome.FAILED, f"The emulator has ended before it was ready. {why}")
        started = started or is_held
        if time.monotonic() > deadline:
            what = "is not ready" if started else "was not started"
            step = why if started else f"Start one with `{owner.start}`."
            raise Failure(Outcome.TIMED_OUT, f"The emulator {what} within {timeout} s. {step}")
        time.sleep(_PAUSE)
    put(f"Ready  {running.addresses()}")
