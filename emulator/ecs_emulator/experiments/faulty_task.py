"""Drills with one task of several that has a fault made from outside: no program needs a switch for them."""

from __future__ import annotations

from functools import partial

from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.record import (
    CheckResult,
    Judge,
    Moment,
    RunRecord,
    failures,
    nobody_failed,
    only_late,
    replaced,
)
from ecs_emulator.experiments.stage import Stage
from ecs_emulator.load.workload import Workload
from ecs_emulator.scheduler.faults import CUT_OFF, DELAY, SLOW, UNHEALTHY

LASTS = 120  # seconds of AWS that a slow task is slow
PATIENCE = Workload.patience  # seconds that no speed shortens, after which a visitor gives up


def run_stopped(stage: Stage) -> Judge:
    with stage.visitors():
        victim = _one(stage)
        stage.stop(victim)
        stage.until_steady(without=[victim])
    return partial(judge_stopped, victim=victim)


def judge_stopped(record: RunRecord, victim: str) -> list[CheckResult]:
    return [nobody_failed(record), replaced(record, victim)]


def run_out(stage: Stage, fault: str, text: str) -> Judge:
    """A fault for which the load balancer takes the task out, and ECS replaces it."""
    with stage.visitors():
        victim = _one(stage)
        stage.make_fault(victim, fault, text)
        out = stage.until_target("unhealthy")
        stage.until_steady(without=[victim])
    return partial(judge_out, victim=victim, out=out, answers=fault != CUT_OFF)


def judge_out(record: RunRecord, victim: str, out: Moment, answers: bool) -> list[CheckResult]:
    """`answers` is False where nothing that goes to the victim is answered."""
    report, made = record.report, record.actions[-1]
    taken = f"It was taken out {out.at - made.at:.1f} s after the fault."
    if answers:
        return [CheckResult(True, taken), nobody_failed(record), replaced(record, victim)]
    # Who gives up may meet it once more before it is out.
    most = report.clients * (1 + int((out.at - made.at) / PATIENCE))
    return [
        CheckResult(True, taken),
        CheckResult(
            report.failed <= most,
            f"{report.failed:,} of {report.requests:,} requests failed; {report.clients} clients can have one each "
            f"under way, for {PATIENCE:.0f} s.",
            only_late(report),
            because=failures(report),
        ),
        replaced(record, victim),
    ]


def run_slow(stage: Stage) -> Judge:
    with stage.visitors():
        before = set(stage.snapshot().running())
        victim = _one(stage)
        slow = stage.make_fault(victim, SLOW, f"answers {DELAY:g} s late")
        stage.pass_time(LASTS)
        well = stage.make_fault(victim, None, "answers as before")
        stage.until_steady()
        slow.steady_at = well.steady_at
    return partial(judge_slow, before=before)


def judge_slow(record: RunRecord, before: set[str]) -> list[CheckResult]:
    slow, well = record.actions[-2:]
    during = record.report.between(slow.at, well.at)
    gone = before - set(record.snapshots[-1].running() if record.snapshots else [])
    return [
        nobody_failed(record),
        CheckResult(
            during.latency.slowest >= DELAY * 1000,
            f"While it was slow, visitors waited up to {during.latency.slowest / 1000:.1f} s: "
            f"{during.requests:,} requests in {during.seconds:.0f} s, half of them within {during.latency.p50:.0f} ms.",
        ),
        CheckResult(
            not gone,
            "It passed its health checks and stayed in service: nothing but its visitors notices such a task."
            if not gone
            else f"{len(gone)} of {len(before)} tasks were replaced.",
            starvable=True,
        ),
    ]


def _one(stage: Stage) -> str:
    return next(iter(stage.snapshot().running()))


STOPPED = Drill("task-stopped", "A task that is stopped leaves in good order, and no visitor notices.", run_stopped, 1)
TURNED_UNHEALTHY = Drill(
    "task-unhealthy",
    "A task that fails its health checks is taken out and replaced, and no visitor notices.",
    partial(run_out, fault=UNHEALTHY, text="fails its health checks"),
    minutes=1,
)
SLOWED = Drill("task-slow", "A slow task fails nobody, and stays: its visitors wait.", run_slow, 1)
CUT = Drill(
    "task-cut-off",
    "A task that nobody reaches is taken out and replaced, and costs no more than what had gone to it.",
    partial(run_out, fault=CUT_OFF, text="is cut off from the network"),
    minutes=2,
)
DRILLS = (STOPPED, TURNED_UNHEALTHY, SLOWED, CUT)
