"""`make bench`: everything in one run, side by side on this machine, so that the ratios mean something."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.measure import Bench, Figures, Route
from bench.report import BenchReport
from bench.stage import on_local_cloud, on_stand_in

NOTHING_READ = Route("nothing (GET)", "GET", "/measured/nothing")
NOTHING_WRITTEN = Route("nothing (POST)", "POST", "/measured/nothing")
LIKE = Route("like", "POST", "/mysfits/mysfit-%d/like")
LIKE_ALONE = Route("like, one write each", "POST", "/measured/mysfit-%d/like-alone")
PROFILE = Route("profile", "GET", "/mysfits/mysfit-%d")
LIST = Route("list", "GET", "/mysfits")

ROUTES = [NOTHING_READ, NOTHING_WRITTEN, LIKE, LIKE_ALONE, PROFILE, LIST]
CLIENTS = [1, 16, 64, 256, 1024]
DOCS = Path(__file__).parent.parent / "docs" / "performance"


def main() -> None:
    options = argparse.ArgumentParser(prog="make bench", description=__doc__)
    options.add_argument("--seconds", type=float, default=3, help="how long each measurement takes")
    options.add_argument("--likes", type=int, default=1_000_000, help="how many likes the memory is watched over")
    options.add_argument("--into", type=Path, default=DOCS, help="the folder for the figures and plots")
    chosen = options.parse_args()

    report = BenchReport(chosen.into)
    with on_stand_in() as bench:
        for clients in CLIENTS:
            for route in ROUTES:
                report.add(bench.run(route, clients, chosen.seconds))
        for mysfits in (10, 100, 1_000):
            report.add(bench.run(LIKE, 256, chosen.seconds, mysfits))
        for figures in million(bench, chosen.likes):
            report.add_memory(figures)
    for mysfits in (1_000, 10_000):
        with on_stand_in(mysfits) as bench:
            report.add(bench.run(LIST, 64, chosen.seconds, mysfits))
    with on_local_cloud() as bench:
        for route in ROUTES:
            report.add(bench.run(route, 64, chosen.seconds))
    report.finish()


def million(bench: Bench, likes: int) -> list[Figures]:
    """Ten runs that make `likes` likes between them, more or less: memory has to be flat over them."""
    pace = bench.run(LIKE, 256, 2).per_second
    return [bench.run(LIKE, 256, likes / 10 / pace) for _ in range(10)]


if __name__ == "__main__":
    main()
