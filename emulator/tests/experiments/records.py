"""Made-up records of drills."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ecs_emulator.experiments.record import CheckResult, OperatorAction, RunRecord
from ecs_emulator.experiments.snapshots import DeploymentSnapshot, ServiceSnapshot, TaskSnapshot
from ecs_emulator.load.report import LoadReport
from ecs_emulator.load.slices import RequestKind, Slice

OLD, NEW = "shop-web:2", "shop-web:3"
LIKE = "POST /cats/{id}/like"
ANNA, BERT, CARL, DORA = ("a" * 32, "b" * 32, "c" * 32, "d" * 32)
HEALTHY = {ANNA: TaskSnapshot(OLD, "RUNNING", "healthy"), BERT: TaskSnapshot(OLD, "RUNNING", "healthy")}


def a_snapshot(
    at: float,
    tasks: Mapping[str, TaskSnapshot] = HEALTHY,
    rollouts: Mapping[str, str] | None = None,
    deployed: Mapping[str, DeploymentSnapshot] | None = None,
    desired: int = 2,
    gap: float = 0.4,
) -> ServiceSnapshot:
    rollouts = {OLD: "COMPLETED"} if rollouts is None else rollouts
    targets = [seen.target for seen in tasks.values() if seen.target]
    return ServiceSnapshot(at - gap, at - gap / 2, at, desired, tasks, targets, rollouts, deployed or {})


def a_record(
    snapshots: Sequence[ServiceSnapshot] = (),
    actions: Sequence[OperatorAction] = (),
    answered: Mapping[str, int] | None = None,
    failed_at: Sequence[float] = (),
    liked: Mapping[str, int] | None = None,
    in_doubt: Mapping[str, int] | None = None,
    stored: Mapping[str, int] | None = None,
    start: float = 100.0,
    seconds: int = 30,
    clients: int = 64,
    also: Sequence[tuple[float, RequestKind]] = (),
) -> RunRecord:
    """Visitors from `start` on: so many answers by each revision, evenly; a failure at each of the times.

    `also` are more requests, each at its time.
    """
    slices = [Slice(start + number / 10, 0.1) for number in range(seconds * 10)]
    for revision, count in (answered or {OLD: 300}).items():
        for number in range(count):
            slices[number % len(slices)].add(RequestKind("GET /cats", "200", revision), 5.0)
    for at in failed_at:
        slices[int((at - start) * 10)].add(RequestKind(LIKE, "503", ""), 5.0)
    for at, kind in also:
        slices[int((at - start) * 10)].add(kind, 5.0)
    slices[0].acknowledged.update(liked or {})
    slices[0].in_doubt.update(in_doubt or {})
    return RunRecord(
        LoadReport("http://localhost", clients, slices), actions, snapshots, Counter(stored or liked or {})
    )


def broken(checks: Sequence[CheckResult]) -> list[str]:
    """The sentences of those that do not hold."""
    return [check.sentence for check in checks if not check.holds]
