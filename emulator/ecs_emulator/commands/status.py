"""`status`: what the services are doing."""

from __future__ import annotations

import contextlib
import itertools
import time

import click
from rich.text import Text

from ecs_emulator.commands.options import on_cluster, with_json
from ecs_emulator.ops import status as statuses
from ecs_emulator.ops.services import find
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal, wrapped

_PAUSE = 2  # seconds


@click.command()
@on_cluster
@click.argument("service", required=False)
@click.option("--watch", is_flag=True, help="Go on showing it until Ctrl-C.")
@with_json
def status(target: Target, service: str | None, watch: bool, out: Terminal) -> None:
    """Show services, deployments, tasks, targets, rules, last events, and what is known to be wrong.

    SERVICE may be a part of a name; without it, all services of the cluster are shown.
    """
    name = find(target, service).service if service else None
    # Ctrl-C is how watching ends.
    with contextlib.suppress(KeyboardInterrupt), out.live() as view:
        shown: list[str] = []
        for _ in itertools.count() if watch else range(1):
            facts = statuses.gather(target, name)
            lines = statuses.lines(facts)
            if view and watch:
                view.update(_coloured(wrapped(lines, view.console.width)), refresh=True)
            elif lines != shown:
                out.show(_coloured(lines))
                out.result(outcome="done", services=facts)
                shown = lines
            if watch:
                time.sleep(_PAUSE)


def _coloured(lines: list[str]) -> Text:
    text = Text("\n".join(lines))
    text.highlight_regex(r"\b(healthy|RUNNING|COMPLETED)\b", "green")
    text.highlight_regex(r"\b(unhealthy|FAILED|STOPPED)\b|^  ! .*$", "red")
    text.highlight_regex(r"\b(initial|draining|unused|IN_PROGRESS|PENDING|PROVISIONING)\b", "yellow")
    return text
