"""Result of a drill for people."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ecs_emulator.experiments.run import DrillResult
from ecs_emulator.load import show


def outcome(result: DrillResult) -> RenderableType:
    """Who was answered, how long it took to recover, what else there is to read, the findings and the verdict."""
    acts = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    acts.add_column("what was done")
    acts.add_column("steady again after", justify="right")
    for act in result.story.acts:
        took = f"{act.steady_at - act.at:.1f} s" if act.steady_at else "never"
        acts.add_row(act.text, took)
    told = [Text(), *(Text(line) for line in result.told)] if result.told else []
    findings = [finding.line for finding in result.findings]
    starved = [Text(f"  ? {result.starvation.sentence}")] if result.inconclusive else []
    return Group(show.summary(result.story.report), Text(), acts, *told, Text(), *findings, *starved, verdict(result))


def verdict(result: DrillResult) -> Text:
    styles = {"passed": "bold green", "inconclusive": "bold yellow", "failed": "bold red"}
    word = Text("FAILED" if result.verdict == "failed" else result.verdict, styles[result.verdict])
    return Text.assemble(f"{result.drill.name} ", word, f": {result.drill.promise}")
