"""Batches of seeds on all processors."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from emulator.simulation.simulation import simulate

_AT_A_TIME = 50  # seeds that a process is given
_SAYING = 20  # batches between two words on how far it is

# The seeds that violate an invariant, the counts of all outcomes, and a hash over all traces.
Batch = tuple[list[int], Counter[str], str]


def run(seeds: range) -> Batch:
    batches = [seeds[first : first + _AT_A_TIME] for first in range(0, len(seeds), _AT_A_TIME)]
    violating: list[int] = []
    counts: Counter[str] = Counter()
    traces = hashlib.sha256()
    workers = min(os.cpu_count() or 1, len(batches))
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        for number, (violates, counted, digest) in enumerate(pool.map(_simulate_all, batches), 1):
            violating += violates
            counts += counted
            traces.update(digest.encode())
            if number % _SAYING == 0:
                print(f"{number * _AT_A_TIME:,} seeds, {len(violating)} violations", file=sys.stderr, flush=True)
    return violating, counts, traces.hexdigest()


def _simulate_all(seeds: range) -> Batch:
    violating: list[int] = []
    counts: Counter[str] = Counter()
    traces = hashlib.sha256()
    for seed in seeds:
        outcome = simulate(seed)
        violating += [seed] if outcome.violation else []
        counts += outcome.counts
        traces.update(outcome.trace.sha256().encode())
    return violating, counts, traces.hexdigest()
