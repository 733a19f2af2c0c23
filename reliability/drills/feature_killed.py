"""`feature-killed`: every task of one feature is killed, then none is left of it, and the others do not notice."""

from __future__ import annotations

from collections.abc import Iterable

from ecs_emulator.experiments.record import CheckResult, Judge, RunRecord, only_late
from ecs_emulator.experiments.stage import Stage
from ecs_emulator.load.report import LoadReport, Share
from reliability.drills.routes import EVERYWHERE, ROUTES

STACK = "mysfits-users"

# The load balancer tries the dead, and tasks that do not listen yet, until it knows; without any target it says 503.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
TOLD = {"status 502", "status 503"}


def run(stage: Stage) -> Judge:
    with stage.visitors(EVERYWHERE):
        victims = stage.snapshot().running()
        stage.kill(*victims)
        stage.until_steady(without=victims)
        stage.pass_time(10)
        stage.update("the service is told to have no task", desiredCount=0)
        stage.until_steady()
        stage.pass_time(20)
        stage.update(f"it is told to have {len(victims)} again", desiredCount=len(victims))
        stage.until_steady()
    return judge


def judge(record: RunRecord) -> list[CheckResult]:
    report = record.report
    killed, emptied, filled = record.actions
    own, others = _shares(report)
    kinds = report.failures
    failures = " and ".join(f"{count:,} × {kind}" for kind, count in sorted(kinds.items())) or "nothing"
    empty = report.between(emptied.steady_at or filled.at, filled.at)
    unanswered, _ = _shares(empty)
    well = [
        report.between(start or end, end)
        for start, end in (
            (report.start, killed.at),
            (killed.steady_at, emptied.at),
            (filled.steady_at, report.start + report.seconds),
        )
    ]
    later = sum(each.failed for each in well)
    return [
        CheckResult(
            others.requests > 0 and others.failed == 0,
            f"{others.failed:,} of {others.requests:,} requests to other features failed.",
        ),
        CheckResult(
            own.failed > 0 and kinds.keys() <= TOLD,
            f"{own.failed:,} of {own.requests:,} requests to {STACK} failed; visitors were told {failures}.",
        ),
        CheckResult(
            unanswered.requests > 0 and empty.failures == {"status 503": unanswered.requests},
            f"Without a task it answered {unanswered.requests - unanswered.failed:,} of {unanswered.requests:,}; "
            f"visitors were told {' and '.join(empty.failures) or 'nothing'}.",
        ),
        CheckResult(
            later == 0 and all(each.requests for each in well),
            f"{later:,} requests failed before and while it had its tasks again.",
            starvable=all(map(only_late, well)),
        ),
    ]


def _shares(report: LoadReport) -> tuple[Share, Share]:
    """The requests to the feature itself, and those to all others."""
    shares = report.by_route()
    return (
        _sum(share for route, share in shares.items() if route in ROUTES[STACK]),
        _sum(share for route, share in shares.items() if route not in ROUTES[STACK]),
    )


def _sum(shares: Iterable[Share]) -> Share:
    found = list(shares)
    return Share(sum(each.requests for each in found), sum(each.failed for each in found))
