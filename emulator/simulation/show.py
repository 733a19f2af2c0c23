"""Display of a simulation on the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from emulator.simulation.mutations import Mutation
from emulator.simulation.simulation import SimulationResult

_LAST = 30  # lines of the trace that tell of a failure

Found = Sequence[tuple[Mutation, int | None]]


def failure(outcome: SimulationResult, without: Sequence[int]) -> str:
    """The end of the shrunk run, and how to see all of it."""
    left_out = f" --without {','.join(map(str, without))}" if without else ""
    return "\n".join(
        [
            f"seed {outcome.seed}: {outcome.violation}",
            *outcome.trace.lines[-_LAST:],
            f"The whole trace: python -m emulator.simulation --seed {outcome.seed}{left_out}",
        ]
    )


def summary(seeds: int, violations: int, took: float, counts: Counter[str], traces: str) -> str:
    return (
        f"{seeds:,} seeds, {violations:,} violations; {counts['ticks']:,} ticks, {counts['tasks']:,} tasks and "
        f"{counts['seconds'] / 3600:,.0f} simulated hours in {took:,.0f} s ({seeds / took:,.0f} seeds a second).\n"
        f"SHA-256 of all traces: {traces}"
    )


def mutations(found: Found) -> str:
    """A line for each."""
    return "\n".join(f"{each.what}: {'not found' if seed is None else f'found by seed {seed}'}" for each, seed in found)
