"""A service is steady when it is; lives and events are read off what was seen; all of it can be drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecs_emulator.experiments.picture import draw
from ecs_emulator.experiments.record import OperatorAction, RunRecord
from ecs_emulator.experiments.snapshots import DeploymentSnapshot, ServiceSnapshot, TaskSnapshot
from ecs_emulator.experiments.timeline import TimelineEvent, events, lives, phase
from emulator.tests.experiments.records import ANNA, BERT, CARL, HEALTHY, NEW, OLD, a_record, a_snapshot

GONE = {CARL: TaskSnapshot(OLD, "STOPPED")}


@pytest.mark.parametrize(
    ("snapshot", "is_steady"),
    [
        (a_snapshot(1), True),
        (a_snapshot(1, {**HEALTHY, **GONE}), True),
        (a_snapshot(1, desired=3), False),
        (a_snapshot(1, desired=1), False),
        (a_snapshot(1, {**HEALTHY, CARL: TaskSnapshot(OLD, "PENDING")}), False),
        (a_snapshot(1, {**HEALTHY, CARL: TaskSnapshot(OLD, "STOPPING")}), False),
        (a_snapshot(1, {**HEALTHY, BERT: TaskSnapshot(OLD, "RUNNING", "initial")}), False),
        (a_snapshot(1, {**HEALTHY, BERT: TaskSnapshot(OLD, "RUNNING")}), False),
        (a_snapshot(1, {**HEALTHY, BERT: TaskSnapshot(NEW, "RUNNING", "healthy")}), False),
        (a_snapshot(1, rollouts={OLD: "IN_PROGRESS"}), False),
        (a_snapshot(1, rollouts={OLD: "FAILED"}), False),
        (a_snapshot(1, rollouts={OLD: "COMPLETED", NEW: "IN_PROGRESS"}), False),
        (a_snapshot(1, {}, desired=0), True),
    ],
)
def test_a_service_is_steady_when_one_deployment_is_complete_and_its_tasks_are_healthy(
    snapshot: ServiceSnapshot, is_steady: bool
) -> None:
    assert snapshot.is_steady() is is_steady


def test_two_looks_at_the_same_show_the_same() -> None:
    assert a_snapshot(1).shows_the_same_as(a_snapshot(2))
    assert not a_snapshot(1).shows_the_same_as(a_snapshot(2, {**HEALTHY, **GONE}))


@pytest.mark.parametrize(
    ("seen", "name"),
    [
        (TaskSnapshot(OLD, "PROVISIONING"), "starting"),
        (TaskSnapshot(OLD, "PENDING"), "starting"),
        (TaskSnapshot(OLD, "RUNNING"), "running"),
        (TaskSnapshot(OLD, "RUNNING", "initial"), "initial"),
        (TaskSnapshot(OLD, "RUNNING", "healthy"), "healthy"),
        (TaskSnapshot(OLD, "RUNNING", "unhealthy"), "unhealthy"),
        (TaskSnapshot(OLD, "DEACTIVATING", "draining"), "draining"),
        (TaskSnapshot(OLD, "STOPPING"), "stopping"),
        (TaskSnapshot(OLD, "STOPPED"), ""),
    ],
)
def test_a_task_is_to_visitors_what_ecs_and_the_load_balancer_say_together(seen: TaskSnapshot, name: str) -> None:
    assert phase(seen) == name


def test_a_life_has_its_phases_each_as_long_as_it_was_seen() -> None:
    starting = {**HEALTHY, CARL: TaskSnapshot(NEW, "PENDING")}
    serving = {**HEALTHY, CARL: TaskSnapshot(NEW, "RUNNING", "healthy")}
    other = {BERT: HEALTHY[BERT], CARL: serving[CARL], ANNA: TaskSnapshot(OLD, "STOPPED")}
    snapshots = (a_snapshot(90), a_snapshot(102, starting), a_snapshot(105, serving), a_snapshot(110, other))
    found = {
        life.task: [(round(start, 3), round(end, 3), name) for start, end, name in life.spans]
        for life in lives(a_record(snapshots))
    }
    assert found == {
        ANNA: [(100, 110, "healthy")],
        BERT: [(100, 130, "healthy")],
        CARL: [(102, 105, "starting"), (105, 130, "healthy")],
    }


def test_a_task_that_was_gone_before_the_load_has_no_life_in_it() -> None:
    assert {life.task for life in lives(a_record((a_snapshot(90, {**HEALTHY, **GONE}),)))} == {ANNA, BERT}


def test_events_are_what_was_done_and_how_deployments_came_to_stand() -> None:
    begun = a_snapshot(
        103, rollouts={NEW: "IN_PROGRESS", OLD: "COMPLETED"}, deployed={"x": DeploymentSnapshot(NEW, "IN_PROGRESS")}
    )
    done = a_snapshot(109, rollouts={NEW: "COMPLETED"}, deployed={"x": DeploymentSnapshot(NEW, "SUCCESSFUL")})
    record = a_record((a_snapshot(101), begun, done), [OperatorAction(102, "an update", 109.5)])
    assert events(record) == [
        TimelineEvent(102, "an update", by_operator=True),
        TimelineEvent(103, f"{NEW} is IN_PROGRESS, service deployment IN_PROGRESS"),
        TimelineEvent(109, f"{NEW} is COMPLETED, service deployment SUCCESSFUL"),
        TimelineEvent(109.5, "the service is steady again"),
    ]


@pytest.mark.parametrize(
    "record",
    [
        a_record(),
        a_record(
            (a_snapshot(90),),
            [OperatorAction(95, "before the load"), OperatorAction(105, "in it", 106.0)],
            failed_at=[104],
        ),
        a_record(
            (a_snapshot(101, {**HEALTHY, CARL: TaskSnapshot(NEW, "RUNNING", "unhealthy")}),), answered={"": 3, NEW: 1}
        ),
    ],
)
def test_every_story_can_be_drawn(record: RunRecord, tmp_path: Path) -> None:
    draw(record, "a title", tmp_path / "drill.png")
    assert (tmp_path / "drill.png").read_bytes().startswith(b"\x89PNG")
