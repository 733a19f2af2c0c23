"""`load`: constant load on an API, for anybody's own questions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any, TextIO

import click

from ecs_emulator.commands import options
from ecs_emulator.commands.group import program
from ecs_emulator.commands.options import span
from ecs_emulator.load.process import loading
from ecs_emulator.load.whereto import is_this_machine
from ecs_emulator.load.workload import CannotLoad, Workload
from ecs_emulator.local import trust_only
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.terminal import Terminal

_ROUTE = re.compile(r"(GET|HEAD|DELETE) /[!-~]*|(POST|PUT|PATCH|DELETE) /[!-~]*( \S.*)?")


@dataclass(frozen=True)
class LoadOptions:
    """Options of a load, whatever it sends. `lasting` is in seconds."""

    url: str
    clients: int
    lasting: int
    document: TextIO | None
    picture: Path | None
    think_seconds: float

    @property
    def slice_seconds(self) -> float:
        """About two thousand slices, however long it takes."""
        return max(0.1, self.lasting / 2000)


def _routes(_context: click.Context, _option: Any, routes: tuple[str, ...]) -> tuple[str, ...]:
    for route in routes:
        if not _ROUTE.fullmatch(route):
            raise click.BadParameter(
                f"{route!r} is no route; write one such as 'GET /cats/{{id}}' or 'POST /cats {{\"name\": \"Anna\"}}'."
            )
    return routes


def with_routes(meaning: str) -> Callable[[options.Command], options.Command]:
    """Give a command `routes`, none unless they are said; `meaning` is what `{id}` in one is."""
    return click.option(
        "--route", "--only", "routes", multiple=True, callback=_routes, metavar="ROUTE",
        help=f"Only this route, such as 'GET /' or 'POST /cats BODY'; several times for several. {meaning}",
    )  # fmt: skip


def with_ids(command: options.Command) -> options.Command:
    """Give a command `ids`: what `{id}` in its `routes` is. Raises UsageError where one is needed and none is said."""

    @click.option("--id", "ids", multiple=True, metavar="ID", help="What {id} in a route is; many may be said.")
    @wraps(command)
    def on(*, routes: tuple[str, ...], ids: tuple[str, ...], **said: Any) -> None:
        if not ids and any("{id}" in route for route in routes):
            raise click.UsageError("Say with --id what {id} is.")
        command(routes=routes, ids=ids, **said)

    return on


def with_load(command: options.Command) -> options.Command:
    """Give a command its `load`: what every load has, at an address that may be loaded."""

    @click.argument("url", required=False)
    @click.option(
        "--clients", type=click.IntRange(1, 4096), default=64, show_default=True, help="Keep-alive connections."
    )
    @click.option(
        "--for", "lasting", default="60s", show_default=True, callback=span, help="How long: 90s, 10m, 2h, 1d."
    )
    @options.with_think_time
    @click.option("--anywhere", is_flag=True, help="Also where others are: an address that is not this machine's.")
    @click.option("--json", "document", type=click.File("w", lazy=False), metavar="FILE",
                  help="Write the report as JSON; - is standard output, where nothing else goes then.")  # fmt: skip
    @click.option("--plot", "picture", type=click.Path(dir_okay=False, writable=True, path_type=Path), metavar="FILE",
                  help="Draw requests by revision, failures and latency over time as a PNG.")  # fmt: skip
    @wraps(command)
    def on(
        *, url: str | None, clients: int, lasting: int, anywhere: bool, document: TextIO | None,
        picture: Path | None, think_seconds: float, **said: Any,
    ) -> None:  # fmt: skip
        url = url or options.local().output("ApiUrl")
        try:
            ours = is_this_machine(url)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        if not ours and not anywhere:
            raise Failure(
                Outcome.USAGE,
                f"{url} is not this machine. Load others only where they agree to it, and say --anywhere.",
            )
        if ours:
            trust_only(program().folder)
        if picture:
            if not picture.parent.is_dir():
                raise click.UsageError(f"There is no folder {picture.parent} for the picture.")
            options.need_pictures()
        command(load=LoadOptions(url, clients, lasting, document, picture, think_seconds), **said)

    return on


@click.command()
@with_load
@with_routes("{id} is each --id in turn.")
@with_ids
def load(load: LoadOptions, routes: tuple[str, ...], ids: tuple[str, ...]) -> None:
    """Load the API at URL, or that of the emulator, until the time is over or Ctrl-C.

    Each client sends its next request when it has the answer to the last: its routes in turn, else `GET /`, with 100 ms
    of rest after a failure. Nothing is sent twice. Ends with 4 when a request has failed.
    """
    routes = routes or ("GET /",)
    counted = tuple(route for route in routes if "{id}" in route and not route.startswith(("GET", "HEAD")))
    run_load(
        load,
        lambda: Workload(load.url, load.clients, load.lasting, routes, ids, counted, slice_seconds=load.slice_seconds),
    )


def run_load(load: LoadOptions, workload: Callable[[], Workload]) -> None:
    """Show a load to its end, and what has come of it. Raises Failure (FAILED) when a request has failed."""
    from ecs_emulator.load import show

    out = Terminal(as_json=load.document is not None and load.document.name == "<stdout>")
    try:
        with loading(replace(workload(), think_seconds=load.think_seconds)) as running:
            report = show.watch(running, out.console)
    except CannotLoad as error:
        raise Failure(Outcome.FAILED, str(error)) from error
    if not report.requests:
        raise Failure(Outcome.FAILED, "Nothing was asked: it ended before its first request.")
    out.say()
    out.console.print(show.summary(report, options.conventions().names_revision))
    if load.document:
        print(json.dumps(report.document()), file=load.document)
    if load.picture:
        # Here and not above: drawing takes a second to load, and wants an extra.
        from ecs_emulator.load.plot import plot

        plot(report, load.picture)
        out.say(f"\nThe picture is in {load.picture}.")
    if report.failed:
        raise Failure(Outcome.FAILED, f"{report.failed:,} of {report.requests:,} requests failed.")
