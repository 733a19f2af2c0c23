"""`mysfits load`: the list, profiles and likes, for anybody's own questions."""

from __future__ import annotations

import click

from ecs_emulator.commands.load import LoadOptions, run_load, with_load, with_routes
from ops.visitors import GOLDEN, workload


@click.command()
@with_load
@with_routes("{id} is each mysfit in turn.")
@click.option("--mysfits", "most", type=click.IntRange(1), metavar="N", help="Visit so many of them, not all.")
def load(load: LoadOptions, routes: tuple[str, ...], most: int | None) -> None:
    """Load the API at URL, or that of the rehearsal, until the time is over or Ctrl-C.

    Each client sends its next request when it has the answer to the last: the list, profiles and likes in turn, with
    100 ms of rest after a failure. Nothing is sent twice. Ends with 4 when a request has failed.
    """
    run_load(
        load,
        lambda: workload(
            load.url, load.clients, load.lasting, routes or GOLDEN, most, slice_seconds=load.slice_seconds
        ),
    )
