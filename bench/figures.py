"""Figures of a benchmark: medians of its measurements, in docs/performance/figures.json."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from statistics import median

from bench.measure import Measurement

PERFORMANCE = Path(__file__).parent.parent / "docs" / "performance"
FIGURES = PERFORMANCE / "figures.json"
CROWD = 256  # the number of clients that ratios are taken at


@dataclass(frozen=True)
class Figure:
    """Medians of what was measured of one server with one workload. Units as in Measurement."""

    server: str
    workload: str
    clients: int
    per_second: float
    slowest: float  # requests a second of the slowest measurement
    fastest: float
    p50: float
    p99: float
    calls_per_request: float
    calls_per_second: float
    cpu_per_request: float
    memory: float
    store: float
    failed: int  # of all measurements together


def medians(measurements: Iterable[Measurement]) -> list[Figure]:
    def key(each: Measurement) -> tuple[str, str, int]:
        return each.server, each.workload, each.clients

    return [_figure(*about, list(group)) for about, group in groupby(sorted(measurements, key=key), key)]


def _figure(server: str, workload: str, clients: int, measured: Sequence[Measurement]) -> Figure:
    return Figure(
        server=server,
        workload=workload,
        clients=clients,
        per_second=median(each.per_second for each in measured),
        slowest=min(each.per_second for each in measured),
        fastest=max(each.per_second for each in measured),
        p50=median(each.p50 for each in measured),
        p99=median(each.p99 for each in measured),
        calls_per_request=median(each.calls_per_request for each in measured),
        calls_per_second=median(each.calls_per_second for each in measured),
        cpu_per_request=median(each.cpu_per_request for each in measured),
        memory=max(each.memory for each in measured),
        store=max(each.store for each in measured),
        failed=sum(each.failed for each in measured),
    )


@dataclass(frozen=True)
class FigureSet:
    """Figures of a run, and where and when it was. `others` is the share of the machine that was not the run's."""

    date: str
    machine: str
    others: float
    figures: Sequence[Figure]

    def of(self, server: str, workload: str, clients: int = CROWD) -> Figure:
        """Raises LookupError."""
        for each in self.figures:
            if (each.server, each.workload, each.clients) == (server, workload, clients):
                return each
        raise LookupError(f"{server}, {workload}, {clients} clients were not measured.")

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")


def read_figures(path: Path = FIGURES) -> FigureSet:
    document = json.loads(path.read_text())
    return FigureSet(**{**document, "figures": [Figure(**each) for each in document["figures"]]})
