"""Report of a benchmark: the bars, where we are behind in plain words, and requests a second, for the page."""

from __future__ import annotations

from pathlib import Path

from bench.bars import Bar, Comparison
from bench.figures import FIGURES, Figure, FigureSet
from bench.servers import BARE, OURS, PEERS
from bench.workloads import NOTHING, SHARED
from tools.page import put, table

PAGE = "README.md"
BUSY = 0.1  # share of the machine that others may take of a run whose figures are relied on
_NEAR = 0.05  # of a ratio to be called no difference


class BusyMachine(Exception):
    """Others used the machine during a run, so its ratios are wrong; the message says how much of it."""


def write_bars(
    folder: Path, figures: FigureSet, found: list[Bar], compared: list[Comparison], busy: bool = False
) -> None:
    """Replace figures.json and the block of the page in `folder`. Raises NoPlace; BusyMachine unless `busy` is fine."""
    if figures.others > BUSY and not busy:
        share = f"Others took {figures.others:.0%} of the machine meanwhile"
        raise BusyMachine(f"{share}: such ratios can be far off, so the page stays as it was.")
    put("bench", "\n\n".join([_origin(figures), _bars(found), _words(found, compared), _rates(figures)]), folder / PAGE)
    figures.write(folder / FIGURES.name)


def _origin(figures: FigureSet) -> str:
    said = f"Figures of {figures.date}, {figures.machine}."
    others = f" Others took {figures.others:.0%} of the machine during the run"
    verdict = ": **it was busy, and such ratios can be far off**." if figures.others > BUSY else "."
    store = max(each.store for each in figures.figures)
    return f"{said}{others}{verdict} The stand-in never took more than {store:.0%} of a processor."


def _bars(found: list[Bar]) -> str:
    rows = [
        [bar.name, _figure(bar.figure), f"{'≥' if bar.at_least else '≤'} {bar.bar:g}", "yes" if bar.holds else "**no**"]
        for bar in found
    ]
    return table(["figure", "is", "bar", "holds"], rows)


def _words(found: list[Bar], compared: list[Comparison]) -> str:
    """In plain words where the service is behind, and where it is not."""

    def those(chosen: list[Comparison]) -> str:
        return "; ".join(f"{each.workload} ({_figure(each.ratio)} × {each.peer})" for each in chosen) or "nowhere"

    behind = [each for each in compared if each.ratio < 1 - _NEAR]
    ahead = [each for each in compared if each.ratio > 1 + _NEAR]
    near = [each for each in compared if each not in behind and each not in ahead]
    missed = "; ".join(f"{bar.name} ({_figure(bar.figure)})" for bar in found if not bar.holds)
    lines = [f"* **Behind** the fastest peer: {those(behind)}.", f"* **Ahead** of it: {those(ahead)}."]
    if near:
        lines.append(f"* No more than {_NEAR:.0%} apart: {those(near)}.")
    lines.append(f"* Below the bar: {missed}." if missed else "* Every bar holds.")
    return "\n".join(lines)


def _rates(figures: FigureSet) -> str:
    rows = []
    for workload in SHARED:
        servers = [OURS, *PEERS, *([BARE] if workload == NOTHING else [])]
        of = {server.name: figures.of(server.name, workload.name) for server in servers}
        ours = of[OURS.name]
        rates = [_rate(of[server.name]) if server.name in of else "" for server in [OURS, *PEERS, BARE]]
        calls = f"{ours.calls_per_request:.3f}"
        times = [f"{of[name].p50:,.0f} / {of[name].p99:,.0f}" for name in (OURS.name, PEERS[0].name)]
        costs = [f"{of[name].cpu_per_request:.2f}" for name in (OURS.name, PEERS[0].name)]
        rows.append([workload.name, *rates, calls, *times, *costs])
    names = [OURS.name, *(peer.name for peer in PEERS), BARE.name]
    express = PEERS[0].name
    head = [f"{name}, requests/s" for name in names]
    more = ["our calls/request", "our p50 / p99 ms", f"{express}'s", "our CPU ms/request", f"{express}'s"]
    failed = sum(each.failed for each in figures.figures)
    told = "" if not failed else f"\n\n**{failed:,} requests failed**: {_failures(figures)}."
    return table(["workload", *head, *more], rows) + told


def _failures(figures: FigureSet) -> str:
    return "; ".join(f"{each.server}, {each.workload}: {each.failed:,}" for each in figures.figures if each.failed)


def _rate(figure: Figure) -> str:
    """The median, and how far the measurements were from it on both sides."""
    if not figure.per_second:
        return "0"
    low, high = (each / figure.per_second - 1 for each in (figure.slowest, figure.fastest))
    return f"{figure.per_second:,.0f} ({low:+.0%} {high:+.0%})"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 50 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"
