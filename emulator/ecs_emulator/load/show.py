"""Display of a load: a live table, plain lines where nobody looks, and the report at the end."""

from __future__ import annotations

import signal
import time

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ecs_emulator.load.process import Load
from ecs_emulator.load.report import LoadReport, Share

LINE_EVERY = 5.0  # seconds, where the output is no terminal
LATELY = 2.0  # seconds that "now" means in the live table


def watch(load: Load, console: Console) -> LoadReport:
    """Show a load until it ends or Ctrl-C ends it; what it has shown. Raises CannotLoad."""
    # `kill` does what Ctrl-C does, which a load in the background of a script does not hear.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        load.begun()
        if console.is_terminal:
            with Live(console=console, refresh_per_second=4, transient=True) as live:
                while not load.wait(0.25):
                    live.update(_now(load))
        else:
            while not load.wait(LINE_EVERY):
                console.print(line(load.report()))
    except KeyboardInterrupt:
        console.print("Waiting for the last answers …")
    finally:
        signal.signal(signal.SIGTERM, before)
    return load.stop()


def line(report: LoadReport) -> str:
    """State of a load, in one line."""
    latency = report.latency
    return (
        f"{report.seconds:6.1f} s  {report.requests:>9,} requests  {report.failed:,} failed  "
        f"{report.per_second:,.0f}/s  p50 {latency.p50:.1f} ms  p99 {latency.p99:.1f} ms"
    )


def _now(load: Load) -> RenderableType:
    report, moment = load.report(), time.time()
    lately = report.between(moment - LATELY, moment)
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("revision", "now, a second", "requests", "failed"):
        table.add_column(name, justify="left" if name == "revision" else "right")
    now = lately.by_revision()
    for revision, share in report.by_revision().items():
        current = now.get(revision, Share(0, 0)).requests / (lately.seconds or 1)
        table.add_row(_label(revision), f"{current:,.0f}", f"{share.requests:,}", _failed(share.failed))
    return Group(Text(line(report)), table)


def summary(report: LoadReport, names_revision: bool = False) -> RenderableType:
    """The report for people. With `names_revision`, what does not say its revision is no answer of the application."""
    latency = report.latency
    head = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    head.add_row("requests", f"{report.requests:,} in {report.seconds:.1f} s from {report.clients} clients")
    head.add_row("", f"{report.per_second:,.0f} a second")
    head.add_row("failed", _failed(report.failed))
    for kind, count in report.failures.most_common():
        head.add_row("", f"{count:,} × {kind}")
    shares = zip(("p50", "p95", "p99", "max"), latency, strict=True)
    head.add_row("latency", " · ".join(f"{name} {value:.1f} ms" for name, value in shares))
    return Group(head, Text(), _routes(report), Text(), _revisions(report, names_revision))


def _routes(report: LoadReport) -> Table:
    table = _table("route", "requests", "failed", "p50 ms", "p99 ms")
    for route, share in report.by_route().items():
        p50, p99 = report.latency_of(route)
        table.add_row(route, f"{share.requests:,}", _failed(share.failed), f"{p50:.1f}", f"{p99:.1f}")
    return table


def _revisions(report: LoadReport, names_revision: bool) -> Table:
    table = _table("revision", "requests", "failed")
    for revision, share in report.by_revision().items():
        table.add_row(_label(revision, names_revision), f"{share.requests:,}", _failed(share.failed))
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _label(revision: str, names_revision: bool = False) -> str:
    return revision or ("(no answer from the application)" if names_revision else "(answers that name none)")


def _failed(count: int) -> Text:
    return Text(f"{count:,}", style="bold red" if count else "")
