"""Picture of a soak that reads in print: requests by service, latency, memory, and what was done when."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from ecs_emulator.load.plot import colours, draw_latency, draw_requests, names_of
from ecs_emulator.load.slices import RequestKind, Slice, merged
from reliability.soak.memory import BALANCER, Part, Sample
from reliability.soak.record import Soaked

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MIB = 2**20
COLUMNS = 180


def draw(soaked: Soaked, path: Path) -> None:
    """Write a PNG."""
    report = soaked.report
    figure = Figure(figsize=(11, 10), layout="constrained")
    requests, latency, tasks, around = figure.subplots(4, 1, sharex=True, height_ratios=[3, 1.4, 1.8, 1.4])
    figure.suptitle(
        f"{report.requests:,} requests in {report.seconds / 60:.1f} min from {report.clients} clients: a rollout, "
        "a killed task, a throttled table",
        size=12,
    )
    columns = in_columns([by_service(each) for each in report.slices], report.start, report.seconds / COLUMNS)
    draw_requests(requests, columns, report.start)
    draw_latency(latency, columns, report.start)
    series = memory_over_time(soaked.samples, report.start)
    colour = {**colours(names_of(columns)), BALANCER: "#777777"}
    _draw_memory(tasks, [each for each in series.items() if each[0].task], colour, "each task, MiB")
    _draw_memory(around, [each for each in series.items() if not each[0].task], colour, "around them, MiB")
    around.set_xlabel("seconds")
    for number, action in enumerate((soaked.rollout, soaked.killed, soaked.throttled), 1):
        begin, end = action.at - report.start, (action.steady_at or action.at) - report.start
        for axes in (requests, latency, tasks, around):
            axes.axvspan(begin, end, color="black", alpha=0.12, linewidth=0)
        requests.annotate(
            f"{number}  {action.text}", (begin, 1.0), xycoords=requests.get_xaxis_transform(),
            xytext=(0, 8 + 12 * (3 - number)), textcoords="offset points", fontsize=8,
        )  # fmt: skip
    figure.legend(
        handles=[*requests.get_legend_handles_labels()[0], *latency.get_legend_handles_labels()[0]],
        loc="outside right upper",
        frameon=False,
        fontsize=9,
    )
    figure.savefig(path, format="png", dpi=130)


def in_columns(slices: Sequence[Slice], zero: float, width: float) -> list[Slice]:
    """Those of the same moment put together, whichever load they are of. The last may be a short rest: left out."""
    groups = groupby(slices, key=lambda each: int((each.start - zero) / width))
    return [merged(group) for _, group in groups][:-1]


def by_service(each: Slice) -> Slice:
    """With the family of each revision in its place: a service keeps its colour over a rollout."""
    requests: Counter[RequestKind] = Counter()
    for kind, count in each.requests.items():
        requests[kind._replace(revision=kind.revision.rpartition(":")[0])] += count
    return replace(each, requests=requests)


def memory_over_time(samples: Sequence[Sample], zero: float) -> dict[Part, list[tuple[float, float]]]:
    """Seconds and MiB, by part."""
    series: defaultdict[Part, list[tuple[float, float]]] = defaultdict(list)
    for sample in samples:
        for part, size in sample.held.items():
            series[part].append((sample.at - zero, size / MIB))
    return dict(sorted(series.items()))


def _draw_memory(
    axes: Axes, series: Sequence[tuple[Part, list[tuple[float, float]]]], colour: Mapping[str, str], label: str
) -> None:
    for part, points in series:
        shown = part.name if part.name not in axes.get_legend_handles_labels()[1] else None
        axes.plot(*zip(*points, strict=True), color=colour.get(part.name, "black"), linewidth=1.2, label=shown)
    axes.set_ylabel(label)
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)
