"""Made-up records of faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ecs_emulator.experiments.record import CheckResult
from ecs_emulator.load.report import LoadReport
from ecs_emulator.load.slices import RequestKind, Slice
from ops.visitors import LIKE
from reliability.faults.record import FaultRun, Look
from reliability.histories import Verdict

REVISION = "mysfits-service:2"
ANNA, BERT = "a" * 32, "b" * 32
# 5 s of a fault, 2 s after the load began, 3 s before its end.
START, BEGAN, ENDED, END = 100.0, 102.0, 107.0, 110.0
PROVED = Verdict(1, Counter({"like": 5, "read": 5, "adopt": 4}), lists=5)
WELL = (Look("", "/mysfits", "200", 0.01),)
ALIVE = tuple(Look(task, path, "200", 0.01) for task in (ANNA, BERT) for path in ("/", "/health"))


def a_run(
    failed_at: Sequence[float] = (),
    outcome: str = "503",
    revision: str = REVISION,
    slowest: float = 5.0,
    looks: Sequence[Look] = ALIVE,
    later: Sequence[Look] = WELL,
    before: Sequence[str] = (ANNA, BERT),
    after: Sequence[str] = (ANNA, BERT),
    liked: Mapping[str, int] | None = None,
    in_doubt: Mapping[str, int] | None = None,
    stored: Mapping[str, int] | None = None,
    found: Sequence[CheckResult] = (),
    clients: int = 32,
    history: Verdict = PROVED,
) -> FaultRun:
    """A good answer in each tenth of a second, the slowest in so many milliseconds; a failure at each of the times."""
    slices = [Slice(START + number / 10, 0.1) for number in range(round((END - START) * 10))]
    for each in slices:
        each.add(RequestKind("GET /mysfits", "200", REVISION), slowest)
    for at in failed_at:
        slices[int((at - START) * 10)].add(RequestKind(LIKE, outcome, revision), 5.0)
    liked = {"x": 5} if liked is None else liked
    slices[0].acknowledged.update(liked)
    slices[0].in_doubt.update(in_doubt or {})
    grown = Counter(liked if stored is None else stored)
    load = LoadReport("http://localhost", clients, slices)
    return FaultRun(load, BEGAN, ENDED, before, after, looks, later, grown, found, history)
