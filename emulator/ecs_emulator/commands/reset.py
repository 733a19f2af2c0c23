"""`reset`: an end of the data that the emulator of this folder has kept."""

from __future__ import annotations

import click

from ecs_emulator.commands.group import program
from ecs_emulator.local import AlreadyRunning, Unusable, forget
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.terminal import put


@click.command()
def reset() -> None:
    """Forget what the emulator of this folder has stored: tables, objects, logs, images and its access key."""
    owner = program()
    try:
        is_gone = forget(owner.folder)
    except AlreadyRunning as error:
        raise Failure(
            Outcome.FAILED, f"An emulator of this folder is running; stop it first: {owner.name} down"
        ) from error
    except (OSError, Unusable) as error:
        raise Failure(Outcome.FAILED, f"{owner.folder} cannot be emptied: {error}") from error
    put("What was stored is forgotten." if is_gone else "Nothing is stored here.")
