"""Display of a soak: for people at a terminal, and for docs/reliability.md."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ecs_emulator.experiments.record import CheckResult, OperatorAction
from ecs_emulator.load import show
from reliability.soak.judging import growths
from reliability.soak.record import Soaked
from tools import page

MIB = 2**20
MEMORY = ("MiB held by", "in the first third", "in the last", "more")


def outcome(soaked: Soaked, checks: Sequence[CheckResult]) -> RenderableType:
    memory = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in MEMORY:
        memory.add_column(name, justify="left" if name == MEMORY[0] else "right")
    for row in memory_rows(soaked):
        memory.add_row(*row)
    lines = [check.line for check in checks]
    return Group(show.summary(soaked.report), Text(), memory, Text(), *lines, verdict(checks))


def verdict(checks: Sequence[CheckResult]) -> Text:
    passed = all(each.holds for each in checks)
    return Text.assemble("The soak has ", ("passed", "bold green") if passed else ("FAILED", "bold red"), ".")


def memory_rows(soaked: Soaked) -> list[tuple[str, str, str, str]]:
    """A row for each service, its tasks taken together, and for what is around them."""
    rows = []
    for name, group in groupby(growths(soaked.report, soaked.samples), key=lambda each: each.part.name):
        found = list(group)
        tasks = f", {len(found)} task{'s' * (len(found) > 1)}" if found[0].part.task else ""
        first, last = sum(each.first for each in found), sum(each.last for each in found)
        rows.append((f"{name}{tasks}", f"{first / MIB:.1f}", f"{last / MIB:.1f}", f"{(last - first) / MIB:+.1f}"))
    return rows


def figures(soaked: Soaked, checks: Sequence[CheckResult]) -> str:
    """Markdown."""
    report, latency = soaked.report, soaked.report.latency
    actions = [
        (f"{action.at - report.start:.0f} s", action.text, _took(action))
        for action in (soaked.rollout, soaked.killed, soaked.throttled)
    ]
    return "\n\n".join(
        [
            f"{report.requests:,} requests in {report.seconds / 60:.1f} min from {report.clients} clients, "
            f"{report.per_second:,.0f} a second; p50 {latency.p50:.1f} ms, p99 {latency.p99:.1f} ms.",
            page.table(("at", "what was done", "well again after"), actions),
            page.table(
                ("holds", "what was found"), [("yes" if each.holds else "NO", each.sentence) for each in checks]
            ),
            page.table(MEMORY, memory_rows(soaked)),
            f"{page.machine()}.",
        ]
    )


def _took(action: OperatorAction) -> str:
    return f"{action.steady_at - action.at:.1f} s" if action.steady_at else "never"
