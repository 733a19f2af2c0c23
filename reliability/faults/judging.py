"""Verdict on a fault: did it cost no more than it may? Nothing here asks anybody."""

from __future__ import annotations

from app.kit.coalescer import GRACE, PATIENCE
from ecs_emulator.experiments.record import CheckResult, RunRecord
from ecs_emulator.load.client import TIMED_OUT
from reliability.drills.platform import likes_counted
from reliability.faults.fault import Tolerance
from reliability.faults.record import FaultRun, bad, counted

# Seconds for a request: the limit of docs/threat-model.md, and some for a busy machine.
LONGEST = PATIENCE + GRACE + 2.0
# Seconds within which `/` and `/health` are answered, which wait for nobody.
AT_ONCE = 2.0
# Seconds from the end of a fault to the last failure: what is under way then may still fail.
RECOVERY = LONGEST


def judge(run: FaultRun, tolerance: Tolerance) -> list[CheckResult]:
    return [
        _calm(run),
        _failures(run, tolerance),
        _in_time(run),
        _alive(run, tolerance),
        _lost(run),
        *run.history.findings,
        _same_tasks(run, tolerance),
        _recovered(run),
        *run.found,
    ]


def _calm(run: FaultRun) -> CheckResult:
    calm = run.calm
    return CheckResult(
        calm.requests > 0 and calm.failed == 0,
        f"{calm.failed:,} of {calm.requests:,} requests failed before anything was done.",
    )


def _failures(run: FaultRun, tolerance: Tolerance) -> CheckResult:
    """Only what may be told, and not more often than it may be."""
    failures = bad(run.report)
    clients = run.report.clients
    most = None if tolerance.most is None else round(tolerance.most * clients)
    limit = "" if most is None else f"; there may be {most:,} from {clients} clients"
    return CheckResult(
        set(failures) <= tolerance.kinds and (most is None or failures.total() <= most),
        f"Those that failed were told {counted(failures)}{limit}.",
    )


def _in_time(run: FaultRun) -> CheckResult:
    slowest = run.report.latency.slowest / 1000
    hung = bad(run.report)[TIMED_OUT]
    return CheckResult(
        slowest <= LONGEST and not hung, f"The slowest answer took {slowest:.1f} s, and {hung:,} never came."
    )


def _alive(run: FaultRun, tolerance: Tolerance) -> CheckResult:
    """A task is asked for what needs nothing but itself."""
    # Where there may be a victim it is the first.
    owed = [look for look in run.looks if not tolerance.victim or look.task != run.before[0]]
    missed = [look for look in owed if look.outcome != "200" or look.seconds > AT_ONCE]
    slowest = max((look.seconds for look in owed), default=0.0)
    first = f" {missed[0].path} was told {missed[0].outcome} after {missed[0].seconds:.1f} s." if missed else ""
    return CheckResult(
        bool(owed) and not missed,
        f"/ and /health were answered {len(owed) - len(missed)} of {len(owed)} times, in {slowest:.2f} s at the "
        f"longest.{first}",
    )


def _lost(run: FaultRun) -> CheckResult:
    found = likes_counted(RunRecord(run.report, stored=run.stored))
    return CheckResult(found.holds and run.report.acknowledged.total() > 0, found.sentence)


def _same_tasks(run: FaultRun, tolerance: Tolerance) -> CheckResult:
    gone = [task for task in run.before if task not in run.after]
    return CheckResult(
        len(run.after) == len(run.before) and (gone == [] or (tolerance.victim and gone == [run.before[0]])),
        f"{len(gone)} of {len(run.before)} tasks were replaced.",
    )


def _recovered(run: FaultRun) -> CheckResult:
    good = sum(look.outcome == "200" for look in run.later)
    return CheckResult(
        run.recovery <= RECOVERY and 0 < good == len(run.later),
        f"The last failure came {run.recovery:.1f} s after the end of the fault; then {good} of "
        f"{len(run.later)} requests went well.",
    )
