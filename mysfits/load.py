"""`mysfits load`: a constant load, for anybody's own questions."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, TextIO

import click

from ecs_emulator.commands.options import local, span
from ecs_emulator.load.process import loading
from ecs_emulator.load.visitors import GOLDEN, CannotLoad, Plan
from ecs_emulator.load.whereto import is_this_machine
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.terminal import Terminal

_ROUTE = re.compile(r"(GET|HEAD|POST|PUT|DELETE) /[!-~]*")


def _routes(_context: click.Context, _option: Any, routes: tuple[str, ...]) -> tuple[str, ...]:
    for route in routes:
        if not _ROUTE.fullmatch(route):
            raise click.BadParameter(
                f"{route!r} is no route; write one such as 'GET /mysfits' or 'GET /mysfits/{{id}}'."
            )
    return routes or GOLDEN


@click.command()
@click.argument("url", required=False)
@click.option("--clients", type=click.IntRange(1, 4096), default=64, show_default=True, help="Keep-alive connections.")
@click.option("--for", "lasting", default="60s", show_default=True, callback=span, help="How long: 90s, 10m, 2h, 1d.")
@click.option(
    "--only", "routes", multiple=True, callback=_routes, metavar="ROUTE",
    help="Only this route, such as 'GET /mysfits'; several times for several. {id} is each mysfit in turn.",
)  # fmt: skip
@click.option("--mysfits", type=click.IntRange(1), metavar="N", help="Visit so many of them, not all.")
@click.option("--anywhere", is_flag=True, help="Also where others are: an address that is not this machine's.")
@click.option("--json", "document", type=click.File("w", lazy=False), metavar="FILE",
              help="Write the report as JSON; - is standard output, where nothing else goes then.")  # fmt: skip
@click.option("--plot", "picture", type=click.Path(dir_okay=False, writable=True, path_type=Path), metavar="FILE",
              help="Draw requests by revision, failures and latency over time as a PNG.")  # fmt: skip
def load(
    url: str | None,
    clients: int,
    lasting: int,
    routes: tuple[str, ...],
    mysfits: int | None,
    anywhere: bool,
    document: TextIO | None,
    picture: Path | None,
) -> None:
    """Load the API at URL, or that of the rehearsal, until the time is over or Ctrl-C.

    Each client sends its next request when it has the answer to the last: the list, profiles and likes in turn, with
    100 ms of rest after a failure. Nothing is sent twice. Ends with 4 when a request has failed.
    """
    # Here and not above: drawing takes a second to load.
    from ecs_emulator.load import show
    from ecs_emulator.load.plot import plot

    url = url or local().output("ApiUrl")
    try:
        ours = is_this_machine(url)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if not ours and not anywhere:
        raise Failure(
            Outcome.USAGE, f"{url} is not this machine. Load others only where they agree to it, and say --anywhere."
        )
    if picture and not picture.parent.is_dir():
        raise click.UsageError(f"There is no folder {picture.parent} for the picture.")
    out = Terminal(as_json=document is not None and document.name == "<stdout>")
    # About two thousand slices, however long it takes.
    plan = Plan(url, clients, lasting, routes, mysfits, slice_seconds=max(0.1, lasting / 2000))
    try:
        with loading(plan) as running:
            report = show.watch(running, out.console)
    except CannotLoad as error:
        raise Failure(Outcome.FAILED, str(error)) from error
    out.say()
    out.console.print(show.summary(report))
    if document:
        print(json.dumps(report.document()), file=document)
    if picture:
        plot(report, picture)
        out.say(f"\nThe picture is in {picture}.")
    if report.failed:
        raise Failure(Outcome.FAILED, f"{report.failed:,} of {report.requests:,} requests failed.")
