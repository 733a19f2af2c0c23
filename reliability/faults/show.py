"""Display of the faults: a line for each as it goes, and a table for docs/reliability.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.text import Text

from ecs_emulator.experiments.record import CheckResult
from reliability.faults.fault import Fault
from reliability.faults.record import FaultRun, counted, kinds
from tools import page

HEAD = ("what is done", "for", "what visitors saw meanwhile", "failed", "likes answered / stored", "well after", "so")


@dataclass(frozen=True)
class Result:
    fault: Fault
    run: FaultRun
    findings: Sequence[CheckResult]

    @property
    def passed(self) -> bool:
        return all(finding.holds for finding in self.findings)

    def row(self) -> tuple[str, ...]:
        report = self.run.report
        return (
            self.fault.done,
            f"{self.run.ended - self.run.began:.0f} s",
            f"{counted(kinds(self.run.meanwhile))}; the slowest in {report.latency.slowest / 1000:.1f} s",
            f"{report.failed:,} of {report.requests:,}",
            f"{report.acknowledged.total():,} / {self.run.stored.total():,}",
            f"{self.run.recovery:.1f} s",
            "holds" if self.passed else "FAILS",
        )


def outcome(result: Result) -> RenderableType:
    """For people, as it goes: the row, and what was found."""
    what, _, saw, failed, likes, recovery, _ = result.row()
    word = Text("holds", "bold green") if result.passed else Text("FAILS", "bold red")
    return Group(
        Text.assemble(f"{result.fault.name}: {what}. ", word),
        Text(f"  {saw}"),
        Text(f"  {failed} requests failed; likes {likes}; well after {recovery}"),
        *(finding.line for finding in result.findings),
    )


def figures(results: Sequence[Result], clients: int) -> str:
    """Markdown."""
    return "\n\n".join(
        [
            page.table(HEAD, [result.row() for result in results]),
            f"{clients} clients on two tasks of two workers. {page.machine()}.",
        ]
    )
