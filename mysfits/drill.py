"""`mysfits drill`: a drill on the service, and what its visitors noticed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecs_emulator.commands.drill import drilled, with_drilling
from ecs_emulator.ops.terminal import Terminal

if TYPE_CHECKING:
    from ecs_emulator.commands.drill import MakeOptions


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="Every drill, one after the other.")
@click.option("--list", "listed", is_flag=True, help="Say which drills there are, and how long each takes.")
@with_drilling
def drill(names: tuple[str, ...], everything: bool, listed: bool, options: MakeOptions, keep: Path | None) -> None:
    """Do something to the service under constant load, and judge what visitors noticed.

    Each drill NAME has a rehearsal of its own, beside any other, and leaves a picture and its figures in
    .local/drills. Ends with 4 when one has failed, and with 9 when one was late on a machine that gave it no processor
    time, which it measures: then nothing can be said of it.
    """
    # Here and not above: AWS clients take a second to load.
    from reliability.drills.programme import PROGRAMME, subject

    known = {each.name: each for each in PROGRAMME}
    if listed:
        for each in PROGRAMME:
            Terminal().say(f"{each.name:<18} {each.minutes} min  {each.promise}")
        return
    for name in names:
        if name not in known:
            raise click.UsageError(f"No such drill: {name}. There are: {', '.join(known)}.")
    chosen = list(PROGRAMME) if everything else [known[name] for name in dict.fromkeys(names)]
    if not chosen:
        raise click.UsageError(f"Which drill? There are: {', '.join(known)}; --all runs every one.")
    drilled(chosen, subject, options, keep)
