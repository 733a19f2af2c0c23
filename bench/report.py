"""Report of a benchmark: a table on the terminal, JSON and plots in a folder, and the ratios that matter."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import matplotlib
from rich.console import Console
from rich.table import Table

from bench.measure import Figures

matplotlib.use("svg")
from matplotlib import pyplot

CROWD = 256  # the number of clients that ratios are taken at


class BenchReport:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._console = Console(width=150)
        self._figures: list[Figures] = []
        self._memory: list[Figures] = []

    def add(self, figures: Figures) -> None:
        self._console.print(
            f"{figures.store}: {figures.route}, {figures.clients} clients, {figures.mysfits} mysfits: "
            f"{figures.per_second:,.0f}/s" + (f", {figures.failed} FAILED" if figures.failed else ""),
            highlight=False,
        )
        self._figures.append(figures)

    def add_memory(self, figures: Figures) -> None:
        self._memory.append(figures)

    def finish(self) -> None:
        """Print the table and the ratios; write figures.json and the plots."""
        self._folder.mkdir(parents=True, exist_ok=True)
        ratios = self._ratios()
        document = {
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
            "ratios": ratios,
            "figures": [asdict(figures) for figures in self._figures],
            "memory": [asdict(figures) for figures in self._memory],
        }
        (self._folder / "figures.json").write_text(json.dumps(document, indent=1) + "\n")
        self._plot_throughput()
        self._plot_memory()
        self._console.print(self._table())
        for name, ratio in ratios.items():
            self._console.print(f"{name}: {ratio:.4g}", highlight=False)

    def _of(self, route: str, clients: int = CROWD) -> Figures:
        return next(each for each in self._figures if (each.route, each.clients) == (route, clients))

    def _ratios(self) -> dict[str, float]:
        like, alone = self._of("like"), self._of("like, one write each")
        profile, listed = self._of("profile"), self._of("list")
        read, written = self._of("nothing (GET)"), self._of("nothing (POST)")
        return {
            "likes ÷ nothing (POST)": like.per_second / written.per_second,
            "likes ÷ likes with one write each": like.per_second / alone.per_second,
            "writes per like": like.calls_per_request or 0,
            "profiles ÷ nothing (GET)": profile.per_second / read.per_second,
            "reads per profile": profile.calls_per_request or 0,
            "lists ÷ nothing (GET)": listed.per_second / read.per_second,
            "reads per second for lists, both processes": listed.calls_per_second or 0,
            "latency of a lone like ÷ of a direct write": self._of("like", 1).p50
            / self._of("like, one write each", 1).p50,
            "MB per worker after the last of the likes": self._memory[-1].memory,
            "likes that the memory was watched over": sum(each.requests for each in self._memory),
        }

    def _table(self) -> Table:
        table = Table("store", "route", "clients", "mysfits", "per second", "p50 ms", "p99 ms", "calls/request")
        for name in ("CPU ms/request", "MB/worker", "failed"):
            table.add_column(name)
        for each in self._figures:
            calls = "" if each.calls_per_request is None else f"{each.calls_per_request:.4f}"
            table.add_row(
                each.store,
                each.route,
                str(each.clients),
                str(each.mysfits),
                f"{each.per_second:,.0f}",
                f"{each.p50:.2f}",
                f"{each.p99:.2f}",
                calls,
                f"{each.cpu_per_request:.3f}",
                f"{each.memory:.0f}",
                str(each.failed),
            )
        return table

    def _plot_throughput(self) -> None:
        figure, axes = pyplot.subplots(figsize=(8, 4.5))
        ours = [each for each in self._figures if each.store.startswith("stand-in") and each.mysfits == 1]
        for route in dict.fromkeys(each.route for each in ours):
            line = [each for each in ours if each.route == route]
            axes.plot([each.clients for each in line], [each.per_second for each in line], marker="o", label=route)
        axes.set(xscale="log", xlabel="keep-alive clients", ylabel="requests per second")
        axes.legend()
        axes.grid(alpha=0.3)
        figure.savefig(self._folder / "throughput.svg")

    def _plot_memory(self) -> None:
        figure, axes = pyplot.subplots(figsize=(8, 3))
        axes.plot(range(1, len(self._memory) + 1), [each.memory for each in self._memory], marker="o")
        axes.set(ylim=(0, 150), xlabel="tenths of a million likes", ylabel="MB, largest worker")
        axes.grid(alpha=0.3)
        figure.savefig(self._folder / "memory.svg")
