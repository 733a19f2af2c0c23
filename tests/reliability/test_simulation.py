"""The figures of the simulation, as docs/reliability.md has them."""

from __future__ import annotations

from emulator.simulation.check import check
from emulator.simulation.mutations import MUTATIONS
from reliability.simulation import figures


def test_the_figures_say_what_was_done_how_it_ended_and_what_was_found() -> None:
    checked = check(range(2))
    assert checked.violating == []
    shown = figures(checked.summary, checked.counts, [(MUTATIONS[0], 7), (MUTATIONS[1], None)])
    assert shown.startswith("2 seeds, 0 violations")
    assert f"| {MUTATIONS[0].what} | 7 |" in shown
    assert f"| {MUTATIONS[1].what} | **not found** |" in shown
    assert "| SUCCESSFUL |" in shown
