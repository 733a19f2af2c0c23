"""`make simulate`: the scheduler in 20,000 simulated worlds, whose figures go into docs/reliability.md."""

from __future__ import annotations

from collections import Counter

from emulator.simulation import show
from emulator.simulation.check import check, search
from emulator.simulation.workload import KINDS
from tools.page import machine, put, table

SEEDS = 20_000


def main() -> int:
    mutants = search()
    print(show.mutations(mutants), flush=True)
    checked = check(range(SEEDS))
    print(checked.summary)
    put("simulation", figures(checked.summary, checked.counts, mutants))
    return 1 if checked.violating else 0


def figures(summed: str, counts: Counter[str], found: show.Found) -> str:
    """In Markdown."""
    operations = table(("operation", "times"), [(kind, f"{counts[kind]:,}") for kind in KINDS])
    statuses = sorted(name for name in counts if name.isupper())
    deployments = table(
        ("status of service deployments at the end", "number"), [(each, f"{counts[each]:,}") for each in statuses]
    )
    mutations = table(
        ("mutation of the scheduler", "found by seed"),
        [(each.what, "**not found**" if seed is None else str(seed)) for each, seed in found],
    )
    return "\n\n".join([summed.replace("\n", " "), operations, deployments, mutations, f"{machine()}."])


if __name__ == "__main__":
    raise SystemExit(main())
