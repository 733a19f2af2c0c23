"""Detached start of an emulator: `up` in a process of its own, until it is ready."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import click

from ecs_emulator.access_key import private
from ecs_emulator.commands.console import link_to
from ecs_emulator.commands.group import program
from ecs_emulator.local import LOG, NOTICES, Running, holder
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.terminal import put

_PAUSE = 0.1  # seconds between two looks
_LINES = 10  # of the log that are told when it ends

detach_option = click.option(
    "--detach",
    is_flag=True,
    help=f"Return when it is ready, and go on beside; what it says is in {LOG}, in its folder.",
)


class Detachable(click.Command):
    """A command that may be run again by its arguments, without --detach."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[LOG] = list(args)
        return super().parse_args(ctx, args)


def refuse_second() -> None:
    """Raises ClickException when an emulator of this folder is running: its ports would be said to be in use."""
    owner = program()
    if holder(owner.folder) is not None:
        raise click.ClickException(f"An emulator of this folder is running already; stop it first: {owner.name} down")


def detached(*more: str) -> None:
    """Run the command of this context detached, with more arguments; returns when it is ready. Raises Failure."""
    context, owner = click.get_current_context(), program()
    arguments: Sequence[str] = [each for each in context.meta[LOG] if each != "--detach"]
    folder = owner.folder
    private(folder)
    log = folder / LOG
    with log.open("wb") as output:
        child = subprocess.Popen(
            [*owner.command, str(context.info_name), *more, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C in a terminal reaches a whole process group: not this one.
            start_new_session=True,
        )
    try:
        running = _ready(folder, child, log)
    except KeyboardInterrupt:
        put(f"It goes on starting; `{owner.name} wait` waits until it is ready, `{owner.name} down` ends it.")
        raise
    if (folder / NOTICES).stat().st_size:
        put(f"What differs from AWS in what is deployed is in {folder / NOTICES}.")
    put(f"Ready  {running.addresses()}")
    if running.console_url:
        # Here and not above: the other commands start faster without a console.
        from ecs_emulator.console.access import announcement

        put(announcement(link_to(running, folder), owner.name))
    put(f"It goes on; `{owner.name} down` ends it. What it says is in {log}.")


def _ready(folder: Path, child: subprocess.Popen[bytes], log: Path) -> Running:
    """The emulator of a child once it is ready. Raises Failure."""
    while holder(folder) != child.pid or (running := Running.found(folder)) is None:
        if (code := child.poll()) is not None:
            said = "\n".join(log.read_text(errors="replace").splitlines()[-_LINES:])
            raise Failure(Outcome.FAILED, f"It ended with {code} before it was ready. It said last:\n{said}")
        time.sleep(_PAUSE)
    return running
