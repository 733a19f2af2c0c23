"""Findings: what was looked at, what was seen, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.terminal import Terminal


class State(StrEnum):
    """GOOD; WARNING goes well for now; BAD does not go well; UNKNOWN could not be looked at."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"


_SIGNS = {State.GOOD: "ok", State.WARNING: "!", State.BAD: "✗", State.UNKNOWN: "?"}


@dataclass(frozen=True)
class Finding:
    """Result of a check. `seen` and `repair` are sentences; `repair` is empty where there is nothing to do."""

    check: str
    state: State
    seen: str
    repair: str = ""

    def facts(self) -> dict[str, Any]:
        return asdict(self)


def show(out: Terminal, findings: Iterable[Finding]) -> list[Finding]:
    """Findings, each told as soon as it is there."""
    found = []
    for finding in findings:
        out.line(f"{_SIGNS[finding.state]:<2} {finding.check}: {finding.seen}")
        if finding.repair:
            out.line(f"     → {finding.repair}")
        found.append(finding)
    return found


def judge(out: Terminal, findings: Sequence[Finding], outcome: Outcome = Outcome.FAILED) -> None:
    """Result of the findings. Raises Failure (`outcome`) when one of them is bad."""
    facts = [finding.facts() for finding in findings]
    bad = [finding.check for finding in findings if finding.state is State.BAD]
    if bad:
        raise Failure(outcome, f"Not ready: {', '.join(bad)}.", checks=facts)
    out.result(outcome=Outcome.DONE.word, checks=facts)
