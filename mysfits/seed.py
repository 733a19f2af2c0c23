"""`mysfits seed`: the rows that the platform begins with."""

from __future__ import annotations

import click

from ecs_emulator.commands.options import on_target, with_json
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from ops.seed import seed_all


@click.command()
@on_target
@with_json
def seed(target: Target, out: Terminal) -> None:
    """Store the twelve mysfits, and users, threads and posts. Likes and adoptions stay as they are."""
    table = target.output("DynamoTable")
    counts = seed_all(target.session, target.outputs)
    for kind, count in counts.items():
        name = table if kind == "mysfits" else target.output(f"{kind.capitalize()}Table")
        out.say(f"{count} {kind} are in {name}.")
    out.result(outcome="done", **counts)
