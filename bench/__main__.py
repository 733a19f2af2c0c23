"""`make bench`: our service and its peers in one run, in turn and several times, so that the ratios mean something."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import growth, scale
from bench.agreement import agree
from bench.bars import ONE_ROW, bars, compared
from bench.figures import CROWD, PERFORMANCE, FigureSet, medians
from bench.machine import MachineLoad, hardware
from bench.measure import Bench, Measurement, loading
from bench.processor import measured
from bench.report import BusyMachine, write_bars
from bench.servers import BARE, EVERYBODY, OURS, PEERS
from bench.stage import on_stand_in
from bench.workloads import DIRECT_WRITES, NOTHING, QUIET_LIKES, SHARED, WORKLOADS

_VISITS = WORKLOADS["visits"]
_WARM = 4  # times as long as it is measured for
_SIDE_BY_SIDE = 2  # times as long
_ALONE = 5  # times as long as a crowd: the p99 of one client needs more


def main() -> None:
    options = argparse.ArgumentParser(prog="make bench", description=__doc__)
    options.add_argument("--seconds", type=int, default=2, help="how long each measurement takes")
    options.add_argument("--rounds", type=int, default=3, help="how often each is made")
    options.add_argument("--all", action="store_true", help="numbers of clients from 1 to 1,024, and growth, as well")
    options.add_argument("--likes", type=int, default=1_000_000, help="how many likes --all watches the memory over")
    options.add_argument("--busy", action="store_true", help="write the page even if others used the machine meanwhile")
    options.add_argument("--into", type=Path, default=PERFORMANCE, help="the folder of the page and the figures")
    chosen = options.parse_args()

    measurements, memory = [], []
    with on_stand_in() as bench:
        load = MachineLoad(bench.used())
        for name, server in bench.servers.items():
            agree(bench.servers[OURS.name].url, name, server.url, routes=name != BARE.name)
        warm_up(bench, chosen.seconds)
        for number in range(chosen.rounds):
            for each in one_round(bench, number, chosen.seconds):
                measurements.append(each)
                tell(each)
            memory.append(max(each.memory for each in measurements if each.server == OURS.name))
        processor = measured()
        others = load.others(bench.used())
    figures = figures_of(measurements, others)
    found = bars(figures, processor, memory)
    for bar in found:
        print(f"{bar.name}: {bar.figure:.4g}{'' if bar.holds else f', and should be {bar.bar:g}'}")
    try:
        write_bars(chosen.into, figures, found, compared(figures), chosen.busy)
    except BusyMachine as busy:
        sys.exit(str(busy))
    if chosen.into == PERFORMANCE:
        scale.fill(figures)
    if chosen.all:
        growth.measure(chosen.into, chosen.seconds, chosen.likes, tell)


def one_round(bench: Bench, number: int, seconds: int) -> Iterator[Measurement]:
    """Everything once: workload by workload, and the servers in turn, another one first in every round."""
    order = [*EVERYBODY[number % len(EVERYBODY) :], *EVERYBODY[: number % len(EVERYBODY)]]
    for workload in SHARED:
        for server in order:
            if server.routes or workload == NOTHING:
                yield bench.run(server.name, workload, CROWD, seconds)
    for peer in PEERS:
        yield bench.run(peer.name, WORKLOADS[ONE_ROW], 1, seconds)
    # They are held against each other to a twentieth: side by side, long enough, and another one first in every round.
    alone = (WORKLOADS[ONE_ROW], DIRECT_WRITES)
    for workload in alone[:: 1 if number % 2 else -1]:
        yield bench.run(OURS.name, workload, 1, seconds * _SIDE_BY_SIDE)
    yield from beside_a_crowd(bench, seconds * _ALONE)


def beside_a_crowd(bench: Bench, seconds: int) -> Iterator[Measurement]:
    """One client on a row of its own, while all others are on another."""
    with loading(bench.servers[OURS.name], QUIET_LIKES, 1, seconds) as quiet:
        yield bench.run(OURS.name, WORKLOADS[ONE_ROW], CROWD - 1, seconds)
        result = quiet.result()
    rate = round(result.requests / result.seconds, 1)
    yield Measurement(
        OURS.name, QUIET_LIKES.name, 1, result.requests, rate, result.p50_ms, result.p99_ms, result.failed
    )


def warm_up(bench: Bench, seconds: int) -> None:
    """Every process has its connections, and the compiler of Node knows the routes: it takes some thousand requests."""
    for server in EVERYBODY:
        workload, more = (_VISITS, _WARM) if server.routes else (NOTHING, 1)
        bench.run(server.name, workload, CROWD, seconds * more)


def figures_of(measurements: list[Measurement], others: float) -> FigureSet:
    return FigureSet(
        f"{datetime.now(UTC):%Y-%m-%d}",
        hardware(),
        round(others, 3),
        medians(measurements),
    )


def tell(each: Measurement) -> None:
    failed = f", {each.failed} FAILED" if each.failed else ""
    print(f"{each.workload}, {each.clients} clients, {each.server}: {each.per_second:,.0f}/s{failed}", flush=True)


if __name__ == "__main__":
    main()
