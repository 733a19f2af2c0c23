"""`mysfits drop-traffic`: an end for requests that no feature takes."""

from __future__ import annotations

import click

from ecs_emulator.commands.options import on_target, patience, with_json
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from mysfits.cutover import from_stack
from ops.traffic import drop, side


@click.command(name="drop-traffic")
@on_target
@click.argument("state", type=click.Choice(["on", "off"]))
@from_stack
@patience(120)
@with_json
def drop_traffic(target: Target, state: str, rest: str, timeout: int, out: Terminal) -> None:
    """Answer whatever no feature's rule takes with 503, or give it back to the monolith."""
    drop(target, side(target, rest), state == "on", out, timeout)
    out.result(outcome="done", drop_traffic=state)
