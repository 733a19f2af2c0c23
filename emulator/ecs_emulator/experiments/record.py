"""Run record of a drill, and what can be said of it. Nothing here asks anybody: it can be made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.text import Text

from ecs_emulator.experiments.snapshots import ServiceSnapshot
from ecs_emulator.load.client import TIMED_OUT
from ecs_emulator.load.report import LoadReport


@dataclass
class OperatorAction:
    """Something that the operator did. Times in seconds since the epoch."""

    at: float
    text: str
    steady_at: float | None = None  # when the service was as it should be again


class Moment(NamedTuple):
    """Something came about between these two (seconds since the epoch)."""

    since: float
    at: float


class Trouble(NamedTuple):
    """Line of ECS on what went wrong: why tasks stopped, or an event. `revision` is empty where it is of none."""

    revision: str
    text: str


@dataclass(frozen=True)
class RunRecord:
    report: LoadReport
    actions: Sequence[OperatorAction] = ()
    snapshots: Sequence[ServiceSnapshot] = ()
    stored: Counter[str] = field(default_factory=Counter)  # by how much what is stored has grown, by id
    names_revision: bool = True  # whether answers say which revision they are of
    troubles: Sequence[Trouble] = ()

    def deployments_of(self, revision: str) -> list[str]:
        """Service deployments to a revision, as they stand at the end."""
        return self.snapshots[-1].deployments_of(revision) if self.snapshots else []


@dataclass(frozen=True)
class CheckResult:
    """A sentence that says what was found, whether or not it is what should be.

    `starvable`: where it does not hold, a machine that gave the drill no processor time can be the reason. `revision`
    is the one that it is about, empty where it is about all. `because` are lines of what the load has seen.
    """

    holds: bool
    sentence: str
    starvable: bool = False
    revision: str = ""
    because: Sequence[str] = ()

    def reasons(self, record: RunRecord) -> list[str]:
        """Lines on why it does not hold: of the load, then of ECS; never none."""
        if self.holds:
            return []
        return [*self.because, *self._troubles(record)] or ["ECS has told nothing that would be a reason."]

    def _troubles(self, record: RunRecord) -> list[str]:
        return [each.text for each in record.troubles if not self.revision or each.revision in ("", self.revision)]

    @property
    def line(self) -> Text:
        """For people at a terminal."""
        return Text.assemble(("  ✓ ", "green") if self.holds else ("  ✗ ", "bold red"), self.sentence)


Judge = Callable[[RunRecord], list[CheckResult]]


# What visitors of a starved machine are told: no answer in time, no target that is healthy in time.
LATE = {TIMED_OUT, "status 503", "status 504"}


def only_late(report: LoadReport) -> bool:
    """True when all that failed was late, and nothing broken, refused or wrong."""
    return report.failures.keys() <= LATE


def nobody_failed(record: RunRecord) -> CheckResult:
    report = record.report
    return CheckResult(
        report.failed == 0,
        f"{report.failed:,} of {report.requests:,} requests failed.",
        only_late(report),
        because=failures(report),
    )


def failures(report: LoadReport) -> list[str]:
    """Lines on what failed: how often, how, on which route."""
    return [f"{count:,} × {kind}: {route}" for (route, kind), count in report.failures_by_route().most_common(5)]


def replaced(record: RunRecord, victim: str) -> CheckResult:
    """The latest action ended in a steady service, in which other tasks run than before it."""
    action = record.actions[-1]
    seen = [snapshot for snapshot in record.snapshots if victim in snapshot.tasks]
    fellows = {task for snapshot in seen for task in snapshot.tasks if snapshot.at < action.at}
    steady = [snapshot.running() for snapshot in record.snapshots if snapshot.is_steady()]
    running = set(steady[-1]) if steady else set()
    # One that started and ended meanwhile took nobody's place.
    new, lost = running - fellows, fellows - running - {victim}
    return CheckResult(
        bool(new) and action.steady_at is not None,
        f"{_named(new)} took its place{f' and that of {_named(lost)}' if lost else ''}.",
    )


def _named(tasks: set[str]) -> str:
    return " and ".join(f"Task {task[:8]}" for task in sorted(tasks)) or "Nobody"


def at_least(record: RunRecord, requests: int) -> CheckResult:
    made = record.report.requests
    return CheckResult(made >= requests, f"{made:,} requests were made; {requests:,} were asked for.")


def answered_by(record: RunRecord, revisions: Iterable[str]) -> CheckResult:
    """Each of the revisions, and no other."""
    answering = {name for name, share in record.report.by_revision().items() if share.requests > share.failed}
    if answering == {""} and not record.names_revision:
        return CheckResult(True, "Answers came that do not say which revision they are of.")
    expected = set(revisions)
    return CheckResult(
        answering == expected, f"Answers came from {' and '.join(sorted(answering)) or 'nobody'}.", answering < expected
    )


def ended(record: RunRecord, revision: str, status: str) -> CheckResult:
    """The deployment to a revision ended in this state."""
    states = record.deployments_of(revision)
    return CheckResult(
        states == [status],
        f"The deployment of {revision} ended in {' and '.join(states) or 'no state'}.",
        # Tasks whose health checks are late are replaced, and in the end rolled back; nothing is deployed by it.
        starvable=status == "SUCCESSFUL",
        revision=revision,
    )
