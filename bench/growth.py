"""Growth, the longer part of `make bench-all`: from 1 to 1,024 clients, longer lists, the local cloud, and memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import matplotlib

from bench.bars import ONE_ROW, TWELVE
from bench.figures import CROWD, Figure, medians
from bench.measure import Bench, Measurement
from bench.report import PAGE
from bench.servers import BARE, EVERYBODY, OURS, PEERS
from bench.stage import on_local_cloud, on_stand_in
from bench.workloads import NOTHING, WORKLOADS
from tools.page import machine, put, table

matplotlib.use("svg")
from matplotlib import pyplot

CLIENTS = (1, 16, 64, CROWD, 1_024)
_LISTED = (1_000, 10_000)
_GROWING = (ONE_ROW, TWELVE, "profiles, 12 rows", "list", NOTHING.name)
_CLOUD = "the local cloud"

Tell = Callable[[Measurement], None]


def measure(folder: Path, seconds: int, likes: int, tell: Tell) -> None:
    """Measure all of it, and write growth.json, the plots, and the block of the page."""
    with on_stand_in() as bench:
        by_clients = medians(_told(over_clients(bench, seconds), tell))
        memory = list(_told(over_likes(bench, likes), tell))
    lists = {}
    for mysfits in _LISTED:
        with on_stand_in(mysfits, [OURS, *PEERS]) as bench:
            listing = (bench.run(name, WORKLOADS["list"], 64, 5 * seconds) for name in bench.servers)
            lists[mysfits] = medians(_told(listing, tell))
    with on_local_cloud([OURS]) as bench:
        running = (bench.run(OURS.name, WORKLOADS[name], 64, seconds) for name in _GROWING)
        on_cloud = medians(_told(running, tell))
    document = {
        "machine": machine(),
        "clients": [asdict(each) for each in by_clients],
        "lists": {mysfits: [asdict(each) for each in found] for mysfits, found in lists.items()},
        "local_cloud": [asdict(each) for each in on_cloud],
        "memory": [asdict(each) for each in memory],
    }
    (folder / "growth.json").write_text(json.dumps(document, indent=1) + "\n")
    _plot_clients(by_clients, folder / "throughput.svg")
    _plot_memory(memory, folder / "memory.svg")
    put("bench-all", _page(by_clients, lists, on_cloud, memory), folder / PAGE)


def over_clients(bench: Bench, seconds: int) -> Iterator[Measurement]:
    for clients in CLIENTS:
        for workload in _GROWING:
            for server in EVERYBODY:
                if server.routes or workload == NOTHING.name:
                    yield bench.run(server.name, WORKLOADS[workload], clients, seconds)


def over_likes(bench: Bench, likes: int) -> Iterator[Measurement]:
    """Ten runs that make so many likes between them, more or less."""
    pace = bench.run(OURS.name, WORKLOADS[TWELVE], CROWD, 2).per_second
    for _ in range(10):
        yield bench.run(OURS.name, WORKLOADS[TWELVE], CROWD, max(1, round(likes / 10 / pace)))


def _told(measurements: Iterable[Measurement], tell: Tell) -> Iterator[Measurement]:
    for each in measurements:
        tell(each)
        yield each


def _page(
    by_clients: list[Figure], lists: dict[int, list[Figure]], on_cloud: list[Figure], memory: list[Measurement]
) -> str:
    names = [server.name for server in EVERYBODY]

    def row(found: list[Figure], workload: str, clients: int) -> list[str]:
        of = {each.server: each for each in found if (each.workload, each.clients) == (workload, clients)}
        return [str(clients), *(f"{of[name].per_second:,.0f}" if name in of else "" for name in names)]

    rows = [[workload, *row(by_clients, workload, clients)] for workload in _GROWING for clients in CLIENTS]
    rows += [[f"list of {mysfits:,}", *row(found, "list", 64)] for mysfits, found in lists.items()]
    rows += [[f"{each.workload}, on {_CLOUD}", *row([each], each.workload, each.clients)] for each in on_cloud]
    likes = sum(each.requests for each in memory)
    return "\n\n".join(
        [
            f"Figures of {machine()}; each was measured once.",
            table(["requests/s", "clients", *names], rows),
            f"A worker has {memory[0].memory:.0f} MiB after the first tenth of {likes:,} likes, "
            f"and {memory[-1].memory:.0f} MiB after the last.",
        ]
    )


def _plot_clients(figures: list[Figure], path: Path) -> None:
    figure, axes = pyplot.subplots(figsize=(8, 4.5))
    for server in EVERYBODY:
        workload = NOTHING.name if server is BARE else TWELVE
        line = sorted(
            (each for each in figures if (each.server, each.workload) == (server.name, workload)),
            key=lambda each: each.clients,
        )
        label = f"{server.name}: {workload}"
        axes.plot([each.clients for each in line], [each.per_second for each in line], marker="o", label=label)
    axes.set(xscale="log", xlabel="keep-alive clients", ylabel="requests per second", ylim=(0, None))
    axes.legend()
    axes.grid(alpha=0.3)
    figure.savefig(path)


def _plot_memory(memory: list[Measurement], path: Path) -> None:
    figure, axes = pyplot.subplots(figsize=(8, 3))
    axes.plot(range(1, len(memory) + 1), [each.memory for each in memory], marker="o")
    axes.set(ylim=(0, 150), xlabel="tenths of the likes", ylabel="MiB, largest worker")
    axes.grid(alpha=0.3)
    figure.savefig(path)
