"""`console`: another link to the console of the emulator that runs here."""

from __future__ import annotations

from pathlib import Path

import click

from ecs_emulator.access_key import AccessKey
from ecs_emulator.commands.group import program
from ecs_emulator.local import Running
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.target import absent
from ecs_emulator.ops.terminal import put


@click.command()
def console() -> None:
    """Print a link that opens the console of the running emulator in a browser, once.

    Whoever has the link may do what you may: the console takes commands. It is made with the key of this folder.
    """
    owner = program()
    running = Running.found(owner.folder)
    if running is None:
        raise absent(owner)
    if not running.console_url:
        stop = f"`{owner.name} down`"
        raise Failure(
            Outcome.NOT_FOUND, f"This emulator was started without a console. {stop} stops it; start it with --console."
        )
    put(link_to(running, owner.folder))


def link_to(running: Running, folder: Path) -> str:
    """Link that opens the console of what runs in a folder, once."""
    # Here and not above: `console.access` is all that is needed of it.
    from ecs_emulator.console.access import link

    return link(running.console_url, running.console_start, AccessKey.of_folder(folder))
