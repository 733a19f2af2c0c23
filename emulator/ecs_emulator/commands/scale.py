"""`scale`: how many tasks a service has."""

from __future__ import annotations

import click

from ecs_emulator.commands.options import on_cluster, patience, with_json
from ecs_emulator.ops.scaling import scale as scale_service
from ecs_emulator.ops.services import find
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal


@click.command()
@on_cluster
@click.argument("service")
@click.argument("count", type=click.IntRange(0, 100), required=False)
@patience(600)
@with_json
def scale(target: Target, service: str, count: int | None, timeout: int, out: Terminal) -> None:
    """Have SERVICE run COUNT tasks, and wait until as many are healthy. The only service needs no name."""
    if count is None:
        if not service.isdigit():
            raise click.UsageError(f"Say how many tasks: {target.program.name} scale SERVICE COUNT")
        named, count = find(target, None), int(service)
    else:
        named = find(target, service)
    scale_service(target, named, count, timeout, out)
