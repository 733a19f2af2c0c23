"""`logs`: log events of services."""

from __future__ import annotations

import contextlib

import click

from ecs_emulator.commands.options import on_cluster, span
from ecs_emulator.ops.log_groups import check_task, existing, log_group
from ecs_emulator.ops.logs import as_written, read_logs, readable, spelled
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import aside, put, put_json


@click.command()
@on_cluster
@click.option("--grep", metavar="TEXT", help="Only events that contain this text.")
@click.option(
    "--since",
    default="1h",
    show_default=True,
    callback=span,
    help="How far back: 90s, 10m, 2h, 1d.",
)
@click.option("--follow", is_flag=True, help="Go on showing new events until Ctrl-C.")
@click.option("--task", metavar="ID", help="Only events of this task; a unique part of its id will do.")
@click.option("--group", metavar="NAME", help="The log group; else the output LogGroup, or that of all services.")
@click.option("--json", "as_json", is_flag=True, help="The events as they were written, one a line.")
def logs(
    target: Target, grep: str | None, since: int, follow: bool, task: str | None, group: str | None, as_json: bool
) -> None:
    """Show the services' log events from CloudWatch, all tasks merged, oldest first."""
    group = group or target.outputs.get("LogGroup") or log_group(target)
    if follow and task:
        check_task(target, task)
    is_empty = True
    # Ctrl-C is how following ends.
    with contextlib.suppress(KeyboardInterrupt), existing(target, group):
        for event in read_logs(target.session, group, since, grep, follow, task):
            is_empty = False
            if as_json:
                put_json(as_written(event))
            else:
                put(readable(event))
    if is_empty and not follow:
        if task:
            check_task(target, task)
        # To standard error: standard output has events alone.
        what = f"an event that contains {grep!r}" if grep else "an event"
        aside(f"{group} has not had {what}{f' of task {task}' if task else ''} in the last {spelled(since)}.")
