"""`rollback`: the last completed or a named revision, followed to its end and proved."""

from __future__ import annotations

import click

from ecs_emulator.commands.options import on_cluster, patience, with_json
from ecs_emulator.ops.release import Release
from ecs_emulator.ops.services import find
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal


@click.command()
@on_cluster
@click.argument("service", required=False)
@click.option(
    "--to", "revision", metavar="REV", help="A revision: 7, family:7 or its ARN. Else the last that was completed."
)
@patience(1800)
@with_json
def rollback(target: Target, service: str | None, revision: str | None, timeout: int, out: Terminal) -> None:
    """Bring SERVICE back to the last completed or to a named revision, and prove it.

    A deployment that is under way is rolled back by ECS itself.
    """
    Release(target, find(target, service), out, timeout).roll_back(revision)
