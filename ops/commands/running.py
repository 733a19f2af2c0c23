"""`mysfits scale` and `run-task`: how many tasks a service has, and one task of its own."""

from __future__ import annotations

import click

from ops import one_off
from ops.commands.options import on_target, patience, with_json
from ops.scaling import scale as scale_service
from ops.services import find
from ops.target import Target
from ops.terminal import Terminal


@click.command()
@on_target
@click.argument("service")
@click.argument("count", type=click.IntRange(0, 100), required=False)
@patience(600)
@with_json
def scale(target: Target, service: str, count: int | None, timeout: int, out: Terminal) -> None:
    """Have SERVICE run COUNT tasks, and wait until as many are healthy. The only service needs no name."""
    if count is None:
        if not service.isdigit():
            raise click.UsageError("Say how many tasks: mysfits scale SERVICE COUNT")
        named, count = find(target, None), int(service)
    else:
        named = find(target, service)
    scale_service(target, named, count, timeout, out)


@click.command(name="run-task")
@on_target
@click.option("--service", help="The service whose image, settings and network it has; the only one needs no name.")
@click.option("--task-definition", metavar="REV", help="Another revision than the service's.")
@click.argument("command", nargs=-1, required=True)
@patience(900)
@with_json
@click.pass_context
def run_task(
    context: click.Context,
    target: Target,
    service: str | None,
    task_definition: str | None,
    command: tuple[str, ...],
    timeout: int,
    out: Terminal,
) -> None:
    """Run COMMAND in a task of its own, as `mysfits run-task -- python -m app`.

    Its log lines are shown; its exit code becomes this command's.
    """
    named = find(target, service)
    context.exit(one_off.run(target, named, command, task_definition, timeout, out))
