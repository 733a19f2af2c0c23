"""Verdict on a soak: no failure without a reason, likes exact, memory flat."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ecs_emulator.experiments.record import CheckResult
from ecs_emulator.experiments.task_killed import MOMENT
from ecs_emulator.load.report import LoadReport
from ecs_emulator.load.slices import RequestKind, Slice, failed
from ops.visitors import LIKE
from reliability.soak.memory import BALANCER, REHEARSAL, Part, Sample
from reliability.soak.record import WELL, Refusal, Soaked

WARM_UP = 1 / 6  # of the time, after which a process has seen everything once
# Bytes that a task may hold more at the end: a kilobyte that stays of each request would be more in half an hour.
ROOM = 8 * 2**20


@dataclass(frozen=True)
class Reason:
    """Reason for so many likes at the most to fail so from `since` to `until` (seconds since the epoch).

    `revision` is what answers so: none where it is the load balancer.
    """

    what: str
    since: float
    until: float
    outcomes: frozenset[str]
    revision: str
    most: float = math.inf

    def covers(self, kind: RequestKind, when: Slice) -> bool:
        return (
            kind.route == LIKE
            and kind.outcome in self.outcomes
            and kind.revision == self.revision
            and when.end >= self.since
            and when.start <= self.until
        )


def killed(soaked: Soaked) -> Reason:
    """Reason by the killed task: what was under way on it, and what was sent to it before the load balancer knew."""
    at = soaked.killed.at
    return Reason("killed", at, at + MOMENT, frozenset({"502", "503"}), "", soaked.report.clients)


def throttled(soaked: Soaked) -> Reason:
    """Reason by the throttled table: what waited for it for as long as it may."""
    action = soaked.throttled
    return Reason("throttled", action.at, (action.steady_at or action.at) + MOMENT, frozenset({"503"}), soaked.likes)


class Left(NamedTuple):
    """Failures without a reason. `at` is in seconds from the start."""

    at: float
    kind: RequestKind
    requests: int

    @property
    def line(self) -> str:
        by = f" by {self.kind.revision}" if self.kind.revision else ""
        return f"{self.requests:,} × {self.kind.outcome} at {self.kind.route}{by}, at {self.at:.0f} s"


def sorted_out(report: LoadReport, reasons: Sequence[Reason]) -> tuple[dict[str, int], list[Left]]:
    """Failures by the reason that explains them, and those that none does."""
    explained: dict[str, int] = dict.fromkeys((reason.what for reason in reasons), 0)
    left: list[Left] = []
    for each in report.slices:
        for kind, count in each.requests.items():
            if not failed(kind.outcome):
                continue
            reason = next((reason for reason in reasons if reason.covers(kind, each)), None)
            taken = int(min(count, reason.most - explained[reason.what])) if reason else 0
            if reason:
                explained[reason.what] += taken
            if count > taken:
                left.append(Left(each.start - report.start, kind, count - taken))
    return explained, left


def in_doubt(report: LoadReport, refused: Reason) -> Counter[str]:
    """Likes that may be stored or not, by mysfit: those without an answer. What a throttled table refused is not."""
    doubt: Counter[str] = Counter()
    for each in report.slices:
        bad = [kind for kind in each.requests if kind.route == LIKE and failed(kind.outcome)]
        if not all(refused.covers(kind, each) for kind in bad):
            doubt.update(each.in_doubt)
    return doubt


@dataclass(frozen=True)
class Growth:
    """Bytes that a part held in the first third after the warm-up and in the last, as medians."""

    part: Part
    first: float
    last: float

    @property
    def more(self) -> float:
        return self.last - self.first


def growths(report: LoadReport, samples: Sequence[Sample]) -> list[Growth]:
    """Of every part that was there from the first third to the last."""
    begin = report.start + WARM_UP * report.seconds
    third = (report.start + report.seconds - begin) / 3
    first = [sample for sample in samples if begin <= sample.at < begin + third]
    last = [sample for sample in samples if begin + 2 * third <= sample.at < begin + 3 * third]
    parts = first[0].held.keys() & last[-1].held.keys() if first and last else set()
    return [Growth(part, _median(first, part), _median(last, part)) for part in sorted(parts)]


def _median(samples: Sequence[Sample], part: Part) -> float:
    return statistics.median(sample.held[part] for sample in samples if part in sample.held)


def judge(soaked: Soaked) -> list[CheckResult]:
    report = soaked.report
    explained, left = sorted_out(report, [killed(soaked), throttled(soaked)])
    wrong = [visit for visit in soaked.visits if not visit.is_right]
    odd = "; ".join(each.line for each in left[:5])
    return [
        CheckResult(
            report.requests > 0 and not left,
            f"{sum(each.requests for each in left):,} of {report.requests:,} requests failed without a reason"
            + (f": {odd}." if odd else "."),
        ),
        CheckResult(
            bool(soaked.visits) and not wrong,
            f"{len(wrong):,} of {len(soaked.visits):,} probes were told what they should not be"
            + (f": {wrong[0].request} {wrong[0].actual!r}." if wrong else "."),
        ),
        *_actions(soaked, explained),
        _likes(soaked),
        *soaked.history.findings,
        _memory(soaked),
    ]


def _actions(soaked: Soaked, explained: Mapping[str, int]) -> list[CheckResult]:
    refusal, deployed = soaked.refusal or Refusal(0, ""), soaked.deployed
    answered = soaked.report.by_revision().get(soaked.updated)
    return [
        CheckResult(
            list(deployed) == [WELL] and answered is not None,
            f"The rollout of {soaked.updated} ended in {' and '.join(deployed) or 'no state'}; "
            f"it answered {answered.requests if answered else 0:,} requests.",
        ),
        CheckResult(
            soaked.killed.steady_at is not None and bool(soaked.replaced),
            f"The killed task cost {explained['killed']:,} requests; "
            f"{' and '.join(task[:8] for task in soaked.replaced) or 'nobody'} took its place.",
        ),
        CheckResult(
            soaked.throttled_calls > 0 and refusal.status == 503 and refusal.retry_after.isdigit(),
            f"The table refused {soaked.throttled_calls:,} calls and that cost {explained['throttled']:,} likes; "
            f"visitors were told {refusal.status} with Retry-After {refusal.retry_after or 'missing'}.",
        ),
    ]


def _likes(soaked: Soaked) -> CheckResult:
    liked, stored = soaked.report.acknowledged, soaked.stored
    doubt = in_doubt(soaked.report, throttled(soaked))
    exact = all(
        liked[mysfit] <= stored[mysfit] <= liked[mysfit] + doubt[mysfit] for mysfit in {*liked, *doubt, *stored}
    )
    return CheckResult(
        liked.total() > 0 and exact,
        f"{stored.total():,} likes are stored; {liked.total():,} were answered, {doubt.total():,} had no answer.",
    )


def _memory(soaked: Soaked) -> CheckResult:
    """Of the tasks. The load balancer and the rehearsal, which keeps what AWS would keep, are shown beside."""
    found = [each for each in growths(soaked.report, soaked.samples) if each.part.name not in (BALANCER, REHEARSAL)]
    there = {part.name for sample in soaked.samples for part in sample.held} - {BALANCER, REHEARSAL}
    # All tasks of the service that was rolled out are new.
    missing = there - {each.part.name for each in found} - {soaked.updated.rpartition(":")[0]}
    most = max((each.more for each in found), default=0.0)
    return CheckResult(
        bool(found) and not missing and most <= ROOM,
        f"{len(found)} tasks were there all the time; the one that grew most holds {most / 2**20:+.1f} MiB"
        + (f". None was of {', '.join(sorted(missing))}." if missing else "."),
    )
