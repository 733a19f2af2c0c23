"""Checks of the scheduler in many simulated worlds, and of the simulation by mutations of the scheduler."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from emulator.simulation import show
from emulator.simulation.batches import run
from emulator.simulation.mutations import MUTATIONS, find
from emulator.simulation.shrink import shrink
from emulator.simulation.simulation import simulate

_SHOWN = 5  # failures that are shown
_MUTATED_SEEDS = 2000


@dataclass(frozen=True)
class Checked:
    """`violating` are the seeds of worlds in which an invariant did not hold; `counts` are of all worlds together."""

    violating: list[int]
    counts: Counter[str]
    summary: str


def check(seeds: range) -> Checked:
    """Simulate the world of each seed; failures are printed, reduced to the operations that they need."""
    begun = time.monotonic()
    violating, counts, traces = run(seeds)
    for seed in violating[:_SHOWN]:
        print(show.failure(*shrink(simulate(seed))), end="\n\n")
    return Checked(
        violating, counts, show.summary(len(seeds), len(violating), time.monotonic() - begun, counts, traces)
    )


def search() -> show.Found:
    """For each mutation the first seed that finds it."""
    outcomes = ((each, find(each, range(_MUTATED_SEEDS))) for each in MUTATIONS)
    return [(each, outcome.seed if outcome else None) for each, outcome in outcomes]
