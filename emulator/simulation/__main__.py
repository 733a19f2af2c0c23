"""Simulation of the scheduler: a world from each seed, and every invariant checked."""

from __future__ import annotations

import argparse

from emulator.simulation import show
from emulator.simulation.check import check, search
from emulator.simulation.simulation import simulate

HELD, VIOLATED = 0, 1


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m emulator.simulation", description=__doc__)
    options.add_argument("--seeds", type=int, default=20_000, help="how many")
    options.add_argument("--first", type=int, default=0, help="the first of them")
    options.add_argument("--seed", type=int, help="replay this one, and print its trace")
    options.add_argument("--without", type=_numbers, default=[], help="operations that a replay leaves out: 1,4,5")
    options.add_argument("--mutations", action="store_true", help="search a seed that finds each mutation")
    chosen = options.parse_args()
    if chosen.seed is not None:
        return replay(chosen.seed, chosen.without)
    if chosen.mutations:
        found = search()
        print(show.mutations(found))
        return HELD if all(seed is not None for _, seed in found) else VIOLATED
    checked = check(range(chosen.first, chosen.first + chosen.seeds))
    print(checked.summary)
    return VIOLATED if checked.violating else HELD


def replay(seed: int, without: list[int]) -> int:
    outcome = simulate(seed, without)
    print(*outcome.trace.lines, f"SHA-256 {outcome.trace.sha256()}", sep="\n")
    return VIOLATED if outcome.violation else HELD


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


if __name__ == "__main__":
    raise SystemExit(main())
