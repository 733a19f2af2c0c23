"""What a drill tells people: how far it is, and under what does not hold the reasons that ECS gave."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from ecs_emulator.experiments import rollout, show, workshop_settings
from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.operator import Operator
from ecs_emulator.experiments.progress import telling
from ecs_emulator.experiments.record import CheckResult, Trouble, nobody_failed
from ecs_emulator.experiments.run import DrillResult
from ecs_emulator.experiments.starvation import Starvation
from ecs_emulator.ops.services import Named
from emulator.tests.experiments.records import LIKE, NEW, OLD, a_record
from emulator.tests.ops.fixtures import clock as clock
from emulator.tests.ops.fixtures import world as world
from emulator.tests.ops.world import CLUSTER, FAMILY, NOW, SERVICE, World
from emulator.tests.support.waiting import until

TROUBLES = [
    Trouble(NEW, f"2 × {NEW}: Task failed ELB health checks"),
    Trouble(NEW, "  | the last line"),
    Trouble(OLD, f"1 × {OLD}: Essential container in task exited"),
    Trouble("", "rolling back to deployment ecs-svc/1."),
]


def shown(
    *checks: CheckResult, drill: Drill = rollout.DRILL, troubles: Sequence[Trouble] = tuple(TROUBLES)
) -> list[str]:
    record = replace(a_record(), troubles=troubles)
    console = Console(width=200, no_color=True)
    with console.capture() as captured:
        console.print(show.outcome(DrillResult(drill, list(checks), record, [], Path("x.png"), Starvation(0.5))))
    lines = [line.rstrip() for line in captured.get().splitlines()]
    return lines[lines.index(next(line for line in lines if line.startswith(("  ✓", "  ✗")))) :]


def test_the_reasons_of_ecs_are_under_what_does_not_hold() -> None:
    ended = CheckResult(False, "It ended in ROLLBACK_SUCCESSFUL.", revision=NEW)
    assert shown(CheckResult(True, "So it is."), ended, CheckResult(False, "9 requests failed."))[:-1] == [
        "  ✓ So it is.",
        "  ✗ It ended in ROLLBACK_SUCCESSFUL.",
        f"      2 × {NEW}: Task failed ELB health checks",
        "        | the last line",
        "      rolling back to deployment ecs-svc/1.",
        "  ✗ 9 requests failed.",
        f"      1 × {OLD}: Essential container in task exited",
    ]


def test_what_was_told_once_is_only_referred_to() -> None:
    failed = CheckResult(False, "It failed.")
    assert shown(failed, failed)[-3:-1] == ["  ✗ It failed.", "      the reasons above"]


def test_what_failed_is_told_by_route_before_what_ecs_says() -> None:
    checked = nobody_failed(a_record(failed_at=[101.0, 102.0]))
    assert shown(checked, troubles=TROUBLES[:1])[1:3] == [
        f"      2 × status 503: {LIKE}",
        f"      2 × {NEW}: Task failed ELB health checks",
    ]


def test_that_nobody_gave_a_reason_is_said_too() -> None:
    told = shown(CheckResult(False, "9 requests were made; 10 were asked for."), troubles=())
    assert told[1] == "      ECS has told nothing that would be a reason."


def test_what_holds_needs_no_reasons() -> None:
    assert shown(CheckResult(True, "So it is."))[:-1] == ["  ✓ So it is."]


def test_a_drill_in_which_requests_must_fail_has_not_passed_but_is_as_foretold() -> None:
    (*_, last) = shown(CheckResult(True, "9 requests failed."), drill=workshop_settings.DRILL)
    assert last.startswith("workshop-settings as foretold: ")
    (*_, last) = shown(CheckResult(False, "0 requests failed."), drill=workshop_settings.DRILL)
    assert last.startswith("workshop-settings FAILED: ")


def test_the_operator_tells_why_tasks_stopped_that_were_wanted(world: World) -> None:
    world.dies(1, "dead1")
    world.dies(1, "dead2", stoppedAt=NOW + timedelta(seconds=1))
    world.dies(1, "gone", stopCode="ServiceSchedulerInitiated", stoppedReason="Scaling activity initiated by")
    world.events = [
        {"id": "3", "createdAt": NOW, "message": "(service shop-web) has reached a steady state."},
        {"id": "2", "createdAt": NOW, "message": "(service shop-web) was unable to place a task."},
        {"id": "1", "createdAt": NOW, "message": "(service shop-web) was unable to place a task."},
    ]
    with world.target() as target:
        assert Operator(target, Named(CLUSTER, SERVICE)).troubles() == [
            Trouble(f"{FAMILY}:1", f"2 × {FAMILY}:1: Essential container in task exited; web: exit code 1"),
            Trouble(f"{FAMILY}:1", "  | last words in service/web/dead1"),
            Trouble("", "was unable to place a task."),
        ]


def test_progress_is_told_until_the_end() -> None:
    said: list[str] = []
    with telling(said.append, lambda: "9 requests", time.monotonic() - 70, every=0.01):
        until(lambda: len(said) > 1, "two lines of progress")
    count = len(said)
    # Since the drill has begun, and not since it is told: of two parts the second goes on counting.
    assert said[0].split() in (["70", "s", "9", "requests"], ["71", "s", "9", "requests"])
    assert len(said) == count


def test_progress_of_what_fails_ends_too() -> None:
    said: list[str] = []
    with pytest.raises(KeyError), telling(said.append, lambda: "x", time.monotonic(), every=60):
        raise KeyError
    assert said == []
