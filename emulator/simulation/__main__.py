"""`make simulate`: run the scheduler in simulated worlds, one from each seed, and check every invariant."""

from __future__ import annotations

import argparse
import time

from emulator.simulation import show
from emulator.simulation.batches import run
from emulator.simulation.mutations import MUTATIONS, find
from emulator.simulation.shrink import shrink
from emulator.simulation.simulation import simulate
from tools import page

_SHOWN = 5  # failures that are shown
_MUTATED_SEEDS = 2000
HELD, VIOLATED = 0, 1


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m emulator.simulation", description=__doc__)
    options.add_argument("--seeds", type=int, default=20_000, help="how many")
    options.add_argument("--first", type=int, default=0, help="the first of them")
    options.add_argument("--seed", type=int, help="replay this one, and print its trace")
    options.add_argument("--without", type=_numbers, default=[], help="operations that a replay leaves out: 1,4,5")
    options.add_argument("--mutations", action="store_true", help="search a seed that finds each mutation")
    options.add_argument("--write", action="store_true", help="put the figures into docs/reliability.md")
    chosen = options.parse_args()
    if chosen.seed is not None:
        return replay(chosen.seed, chosen.without)
    mutants: show.Found = search() if chosen.mutations or chosen.write else []
    if mutants:
        print(show.mutations(mutants), flush=True)
    if chosen.mutations:
        return HELD if all(seed is not None for _, seed in mutants) else VIOLATED
    begun = time.monotonic()
    violating, counts, traces = run(range(chosen.first, chosen.first + chosen.seeds))
    for seed in violating[:_SHOWN]:
        print(show.failure(*shrink(simulate(seed))), end="\n\n")
    summary = show.summary(chosen.seeds, len(violating), time.monotonic() - begun, counts, traces)
    print(summary)
    if chosen.write:
        page.put("simulation", show.figures(summary, counts, mutants))
    return VIOLATED if violating else HELD


def replay(seed: int, without: list[int]) -> int:
    outcome = simulate(seed, without)
    print(*outcome.trace.lines, f"SHA-256 {outcome.trace.sha256()}", sep="\n")
    return VIOLATED if outcome.violation else HELD


def search() -> show.Found:
    """For each mutation the first seed that finds it."""
    outcomes = ((each, find(each, range(_MUTATED_SEEDS))) for each in MUTATIONS)
    return [(each, outcome.seed if outcome else None) for each, outcome in outcomes]


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


if __name__ == "__main__":
    raise SystemExit(main())
