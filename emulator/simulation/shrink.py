"""Shrinking of a failure to fewer operations: those that it does not need are left out, one after the other."""

from __future__ import annotations

from emulator.simulation.simulation import Simulation, SimulationResult, simulate


def shrink(outcome: SimulationResult) -> tuple[SimulationResult, list[int]]:
    """A run of the same seed that violates the same invariant, and the numbers of the operations it is without."""
    assert outcome.violation is not None  # noqa: S101 (for the type)
    without: list[int] = []
    for number in reversed(range(len(Simulation(outcome.seed).operations))):
        shorter = simulate(outcome.seed, [*without, number])
        if shorter.violation and shorter.violation.invariant == outcome.violation.invariant:
            outcome, without = shorter, [*without, number]
    return outcome, sorted(without)
