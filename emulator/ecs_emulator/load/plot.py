"""Plot of a load that reads in print: requests a second by revision, failures, latency."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from ecs_emulator.load.report import LoadReport
from ecs_emulator.load.slices import Slice, failed, merged, percentile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Told apart by everybody, and in grey by their lightness and hatching.
COLOURS = ("#9ecae1", "#08519c", "#fdae6b", "#41ab5d", "#756bb1", "#bdbdbd")
HATCHES = ("", "", "///", "...", "xxx", "\\\\\\")
FAILURE = "#c00000"
FAILED = "failed"  # no revision has this name: they have a number
COLUMNS = 240  # the most points that a curve has


def plot(report: LoadReport, path: Path) -> None:
    """Write a PNG."""
    figure = Figure(figsize=(10, 5.5), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1.4])
    figure.suptitle(
        f"{report.requests:,} requests from {report.clients} clients at {report.url}, {report.failed:,} failed", size=11
    )
    columns = in_columns(report.slices)
    draw_requests(upper, columns, report.start)
    draw_latency(lower, columns, report.start)
    lower.set_xlabel("seconds")
    figure.legend(loc="outside right upper", frameon=False, fontsize=9)
    figure.savefig(path, format="png", dpi=150)


def in_columns(slices: Sequence[Slice]) -> list[Slice]:
    """Neighbouring slices put together until there are COLUMNS at the most. The last may be a short rest: left out."""
    size = max(1, math.ceil(len(slices) / COLUMNS))
    columns = [merged(slices[first : first + size]) for first in range(0, len(slices), size)]
    return columns[:-1] if len(columns) > 1 and columns[-1].seconds < columns[0].seconds / 2 else columns


def draw_requests(axes: Axes, columns: Sequence[Slice], zero: float) -> None:
    """Requests a second: a layer for each revision in the order of their appearance, failures on top of them."""
    times = [(each.start + each.end) / 2 - zero for each in columns]
    counts = [_by_revision(each) for each in columns]
    names = names_of(columns)
    layers = [
        [each[name] / (column.seconds or 1) for each, column in zip(counts, columns, strict=True)] for name in names
    ]
    for number, stack in enumerate(axes.stackplot(times, layers, linewidth=0.4) if layers else []):
        name = names[number]
        stack.set(facecolor=colours(names)[name], hatch=HATCHES[number % len(HATCHES)], edgecolor="white")
        stack.set(label=name or "answered")
        if name == FAILED:
            total = sum(each[FAILED] for each in counts)
            stack.set(hatch="", linewidth=0, label=f"{total:,} failed")
    # A few failures among thousands would not be seen: a cross on the upper edge shows where they are.
    if crosses := [time for time, each in zip(times, counts, strict=True) if each[FAILED]]:
        edge = axes.get_xaxis_transform()
        style: dict[str, Any] = {"color": FAILURE, "markersize": 7, "markeredgewidth": 2, "clip_on": False}
        axes.plot(crosses, [1.0] * len(crosses), "x", transform=edge, **style)
    axes.set_ylabel("requests a second")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylim(bottom=0)
    _plain(axes)


def draw_latency(axes: Axes, columns: Sequence[Slice], zero: float) -> None:
    """p50 and p99 over time, on a logarithmic scale."""
    times = [(each.start + each.end) / 2 - zero for each in columns]
    counts = [sum(each.latencies.values(), Counter[int]()) for each in columns]
    shown = []
    for share, name, style in ((0.99, "p99", "-"), (0.5, "p50", "--")):
        values = [percentile(each, share) or math.nan for each in counts]
        axes.plot(times, values, style, color="black", linewidth=1.1, label=name)
        shown += [value for value in values if value == value]
    if shown:
        axes.set_yscale("log")
        axes.set_ylim(10 ** math.floor(math.log10(min(shown))), 10 ** math.ceil(math.log10(max(shown) * 1.05)))
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter("{x:g}")
    axes.set_ylabel("latency, ms")
    _plain(axes)


def _plain(axes: Axes) -> None:
    axes.margins(x=0)
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def names_of(columns: Sequence[Slice]) -> list[str]:
    """The revisions in the order of their appearance, and FAILED at the end when something has failed."""
    seen = dict.fromkeys(name for each in columns for name in _by_revision(each))
    return [name for name in seen if name != FAILED] + [FAILED] * (FAILED in seen)


def colours(names: Sequence[str]) -> dict[str, str]:
    chosen = {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(names)}
    return chosen | {FAILED: FAILURE}


def _by_revision(each: Slice) -> Counter[str]:
    """Answers by the revision that gave them, and failures."""
    counts: Counter[str] = Counter()
    for kind, count in each.requests.items():
        counts[FAILED if failed(kind.outcome) else kind.revision] += count
    return counts
