"""`run-task`: one task of its own."""

from __future__ import annotations

import click

from ecs_emulator.commands.group import Verb
from ecs_emulator.commands.options import on_cluster, patience, with_json
from ecs_emulator.ops import one_off
from ecs_emulator.ops.services import find
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal


@click.command(name="run-task", cls=Verb)
@on_cluster
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
    """Run COMMAND in a task of its own, as `ecs-emulator run-task -- python manage.py migrate`.

    Its log lines are shown; its exit code becomes this command's.
    """
    named = find(target, service)
    context.exit(one_off.run(target, named, command, task_definition, timeout, out))
