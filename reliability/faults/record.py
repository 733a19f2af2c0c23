"""Run record of a fault. Nothing here asks anybody: it can be made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ecs_emulator.experiments.record import CheckResult
from ecs_emulator.load.report import LoadReport
from ecs_emulator.load.slices import failed
from reliability.histories import Verdict

# What visitors are told, in words. A revision in an answer says that the service itself gave it.
TRY_AGAIN, NO_TARGET, BAD_GATEWAY = "503 with Retry-After", "503 of the load balancer", "502 of the load balancer"


class Look(NamedTuple):
    """One request beside the load."""

    task: str  # empty: by the load balancer
    path: str
    outcome: str  # in words
    seconds: float


@dataclass(frozen=True)
class FaultRun:
    """A fault that was there from `began` to `ended` (seconds since the epoch), under a load that began before."""

    report: LoadReport
    began: float
    ended: float
    before: Sequence[str]  # the tasks
    after: Sequence[str]
    looks: Sequence[Look] = ()
    later: Sequence[Look] = ()  # when it should be well again
    stored: Counter[str] = field(default_factory=Counter)  # by how much the stored likes have grown, by mysfit
    found: Sequence[CheckResult] = ()  # what the fault itself has to say
    history: Verdict = field(default_factory=Verdict)

    @property
    def recovery(self) -> float:
        """Seconds from the end of the fault to the last failure; 0 when nothing failed after it."""
        last = self.report.last_failure()
        return max(0.0, last - self.ended) if last else 0.0

    @property
    def meanwhile(self) -> LoadReport:
        """The requests that ended while the fault was there, or until the last failure."""
        end = self.ended + self.recovery
        slices = [each for each in self.report.slices if each.end > self.began and each.start < end]
        return LoadReport(self.report.url, self.report.clients, slices)

    @property
    def calm(self) -> LoadReport:
        """The requests that ended before."""
        return self.report.between(0.0, self.began)


def kinds(report: LoadReport) -> Counter[str]:
    """Answers by kind, in words."""
    return _worded(report, lambda _outcome: True)


def bad(report: LoadReport) -> Counter[str]:
    """Failures by kind, in words."""
    return _worded(report, failed)


def _worded(report: LoadReport, matters: Callable[[str], bool]) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in report.slices:
        for kind, count in each.requests.items():
            if matters(kind.outcome):
                found[words(kind.outcome, kind.revision)] += count
    return found


def words(outcome: str, revision: str) -> str:
    if revision:
        return TRY_AGAIN if outcome == "503" else outcome
    return {"502": BAD_GATEWAY, "503": NO_TARGET}.get(outcome, outcome)


def counted(counts: Counter[str]) -> str:
    """`412 × 200, 1,204 × 503 with Retry-After`."""
    return ", ".join(f"{count:,} × {what}" for what, count in sorted(counts.items()) if count) or "nothing"
