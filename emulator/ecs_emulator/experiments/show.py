"""Result of a drill for people."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ecs_emulator.experiments.run import DrillResult
from ecs_emulator.load import show


def outcome(result: DrillResult) -> RenderableType:
    """Outcome of a drill: who was answered, the time to recover, more to read, the checks and the verdict."""
    actions = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    actions.add_column("what was done")
    actions.add_column("steady again after", justify="right")
    for action in result.record.actions:
        took = f"{action.steady_at - action.at:.1f} s" if action.steady_at else "never"
        actions.add_row(action.text, took)
    notes = [Text(), *(Text(line) for line in result.notes)] if result.notes else []
    checks = _checks(result)
    starved = [Text(f"  ? {result.starvation.sentence}")] if result.inconclusive else []
    return Group(
        show.summary(result.record.report, result.record.names_revision),
        Text(),
        actions,
        *notes,
        Text(),
        *checks,
        *starved,
        verdict(result),
    )


def _checks(result: DrillResult) -> list[Text]:
    """Each check, and under one that does not hold what ECS said, each line once."""
    found: list[Text] = []
    told: set[str] = set()
    for check in result.checks:
        found.append(check.line)
        reasons = check.reasons(result.record)
        new = [line for line in reasons if line not in told]
        if reasons and not new:
            new = ["the reasons above"]
        told.update(reasons)
        found += [Text(f"      {line}") for line in new]
    return found


def verdict(result: DrillResult) -> Text:
    styles = {"passed": "bold green", "inconclusive": "bold yellow", "failed": "bold red"}
    word = Text("FAILED" if result.verdict == "failed" else result.word, styles[result.verdict])
    return Text.assemble(f"{result.drill.name} ", word, f": {result.drill.promise}")
