"""`mysfits metrics`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import click
from rich.table import Table
from rich.text import Text

from ecs_emulator.commands.options import on_target, span, with_json
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from ops.metrics import Measured, read


@click.command()
@on_target
@click.option("--since", default="5m", show_default=True, callback=span, help="How far back: 90s, 10m, 2h, 1d.")
@with_json
def metrics(target: Target, since: int, out: Terminal) -> None:
    """Show requests, errors, latency and likes of every service, as CloudWatch has them.

    A service tells of a request within ten seconds; the log driver and CloudWatch take some more.
    """
    cloudwatch = target.session.client(cast("Any", "cloudwatch"))
    found = read(cloudwatch, since, datetime.now(UTC))
    if not found:
        raise Failure(Outcome.NOT_FOUND, "CloudWatch has no metrics of our services; none was asked for anything yet.")
    out.show(_table(found))
    out.result(outcome="done", services=[each.document() for each in found])


def _table(found: list[Measured]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    # Where there is no room, a name goes on in the next line: no figure is cut.
    table.add_column("service", overflow="fold", min_width=8)
    for name in ("requests", "/s", "4xx", "5xx", "p50 ms", "p99 ms", "likes"):
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    for each in found:
        errors = Text(f"{each.server_errors:,}", style="bold red" if each.server_errors else "")
        table.add_row(
            each.service,
            f"{each.requests:,}",
            f"{each.per_second:,.1f}",
            f"{each.client_errors:,}",
            errors,
            *(_milliseconds(value) for value in (each.p50, each.p99)),
            f"{each.likes:,}",
        )
    return table


def _milliseconds(milliseconds: float | None) -> str:
    return "–" if milliseconds is None else f"{milliseconds:.1f}"
