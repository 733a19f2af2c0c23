"""Picture of a drill that reads in print: who answered, what became of the tasks, what happened when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from ecs_emulator.experiments.record import RunRecord
from ecs_emulator.experiments.timeline import Life, TimelineEvent, events, lives
from ecs_emulator.load.plot import COLOURS, FAILURE, colours, draw_latency, draw_requests, in_columns, names_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A healthy task has the colour of its revision's requests.
_LOOKS: dict[str, dict[str, Any]] = {
    "starting": {"facecolor": "white", "hatch": "...."},
    "running": {"facecolor": "#eeeeee", "hatch": "----"},
    "initial": {"facecolor": "#d0d0d0"},
    "healthy": {},
    "unhealthy": {"facecolor": "white", "edgecolor": FAILURE, "hatch": "xxxx"},
    "draining": {"facecolor": "white", "hatch": "////"},
    "stopping": {"facecolor": "#777777"},
}
_ROWS = 4  # that numbers at the upper edge are put in, so that neighbours can be told apart
_NEAR = 0.025  # of the width: nearer than that, two numbers would touch


def draw(record: RunRecord, title: str, path: Path) -> None:
    """Write a PNG."""
    tasks, happened = lives(record), events(record)
    zero = record.report.start
    heights = [3.2, 0.3 + 0.26 * len(tasks), 1.3, 0.2 * len(happened) + 0.2]
    figure = Figure(figsize=(11, 2.2 + sum(heights)), layout="constrained")
    requests, lanes, latency, key = figure.subplots(4, 1, height_ratios=heights)
    figure.suptitle(title, size=12)
    columns = in_columns(record.report.slices)
    draw_requests(requests, columns, zero)
    _draw_lives(lanes, tasks, zero, colours(names_of(columns)))
    draw_latency(latency, columns, zero)
    # What goes on after the last event is only more of the same.
    shown = min(record.report.seconds, max(10.0, 1.5 * (max((each.at for each in happened), default=zero) - zero)))
    latency.set_xlabel("seconds" if shown == record.report.seconds else f"seconds, of {record.report.seconds:.0f}")
    for axes in (requests, lanes, latency):
        axes.set_xlim(0, shown)
    figure.legend(
        handles=[*requests.get_legend_handles_labels()[0], *_key_to(tasks), *latency.get_legend_handles_labels()[0]],
        loc="outside right upper",
        frameon=False,
        fontsize=9,
    )
    for axes in (requests, lanes):
        axes.tick_params(labelbottom=False)
    _draw_events(requests, [lanes, latency], key, happened, zero, shown)
    figure.savefig(path, format="png", dpi=150)


def _draw_lives(axes: Axes, tasks: list[Life], zero: float, colour: dict[str, str]) -> None:
    for row, life in enumerate(tasks):
        for span in life.spans:
            look = {"edgecolor": "black", "facecolor": colour.get(life.revision, "#bdbdbd"), **_LOOKS[span.phase]}
            axes.barh(row, span.end - span.start, left=span.start - zero, height=0.7, linewidth=0.6, **look)
    axes.set_yticks(range(len(tasks)), [f"{life.task[:8]}  {life.revision.rpartition(':')[2]:>3}" for life in tasks])
    axes.tick_params(axis="y", labelsize=8, length=0)
    axes.set_ylim(len(tasks) - 0.4, -0.6)
    axes.set_ylabel("task, revision")
    axes.spines[["top", "right"]].set_visible(False)


def _key_to(tasks: list[Life]) -> list[Patch]:
    used = {span.phase for life in tasks for span in life.spans}
    return [
        Patch(**{"edgecolor": "black", "facecolor": COLOURS[0], **_LOOKS[name]}, label=name)
        for name in _LOOKS
        if name in used
    ]


def _draw_events(
    upper: Axes, others: list[Axes], key: Axes, happened: list[TimelineEvent], zero: float, seconds: float
) -> None:
    """A numbered line for each event, and what the numbers mean below. What came before the load stands at its left."""
    key.axis("off")
    taken = [-seconds] * _ROWS  # where the last number of each row stands
    for number, event in enumerate(happened, 1):
        at = min(max(event.at - zero, 0.0), seconds)
        line: dict[str, Any] = {"color": "black", "linewidth": 1.2 if event.by_operator else 0.6}
        line["linestyle"] = "-" if event.by_operator else ":"
        line["path_effects"] = [withStroke(linewidth=3, foreground="white", alpha=0.6)]  # for dark ground
        for axes in (upper, *others):
            axes.axvline(at, **line)
        row = next((row for row in range(_ROWS) if at - taken[row] > _NEAR * seconds), taken.index(min(taken)))
        taken[row] = at
        upper.annotate(
            str(number),
            (at, 1.0),
            xycoords=upper.get_xaxis_transform(),
            xytext=(0, 8 + 11 * row),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            fontweight="bold" if event.by_operator else "normal",
        )
        key.text(
            0.0,
            1.0 - (number - 0.5) / len(happened),
            f"{number:>2}   {event.at - zero:6.1f} s   {event.text}",
            transform=key.transAxes,
            va="center",
            fontsize=9,
            family="monospace",
            fontweight="bold" if event.by_operator else "normal",
        ).set_in_layout(False)
