"""Made-up soaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ecs_emulator.experiments.record import OperatorAction
from ecs_emulator.load.slices import RequestKind
from emulator.tests.experiments.records import a_record
from ops.visitors import LIKE
from reliability.histories import Verdict
from reliability.soak.memory import BALANCER, REHEARSAL, Part, Sample
from reliability.soak.record import Refusal, Soaked
from reliability.soak.synthetic_probes import ProbeResult

LIKES, UPDATED = "mysfits-likes:2", "mysfits-users:2"
TASKS = (Part("mysfits-catalog", "a"), Part("mysfits-likes", "b"))
UNDER_WAY = (120.5, RequestKind(LIKE, "502", ""))
REFUSED = (131.0, RequestKind(LIKE, "503", LIKES))
MIB = 2**20
PROVED = Verdict(2, Counter({"like": 12, "read": 20, "adopt": 4}), lists=30)


def a_soak(
    *more: tuple[float, RequestKind],
    liked: Mapping[str, int] | None = None,
    in_doubt: Mapping[str, int] | None = None,
    stored: Mapping[str, int] | None = None,
    grown: Mapping[Part, int] | None = None,
) -> Soaked:
    """A minute from 100 on: a rollout at 110, a task killed at 120, a table throttled from 125 to 135."""
    report = a_record(
        answered={"mysfits-catalog:1": 600, UPDATED: 60, LIKES: 60},
        seconds=60,
        clients=4,
        liked=liked or {"x": 5, "y": 7},
        in_doubt=in_doubt,
        also=[UNDER_WAY, REFUSED, *more],
    ).report
    return Soaked(
        report=report,
        rollout=OperatorAction(110.0, "rollout", 118.0),
        killed=OperatorAction(120.0, "kill -9", 123.0),
        throttled=OperatorAction(125.0, "throttled", 135.0),
        likes=LIKES,
        updated=UPDATED,
        deployed=["SUCCESSFUL"],
        replaced=["c" * 32],
        throttled_calls=40,
        refusal=Refusal(503, "1"),
        stored=Counter(stored or liked or {"x": 5, "y": 7}),
        visits=[ProbeResult(101.0, "GET /hello", "Hello ELECLE 1", "Hello ELECLE 1")],
        samples=samples(grown or {}),
        history=PROVED,
    )


def samples(grown: Mapping[Part, int]) -> Sequence[Sample]:
    """Every second; what grows does so evenly, and by so much from the middle of one third to that of the other."""
    parts = (*TASKS, Part(BALANCER), Part(REHEARSAL))
    pace = {part: grown.get(part, 0) / (2 / 3 * 50) for part in parts}
    return [
        Sample(100.0 + second, {part: 100 * MIB + int(second * pace[part]) for part in parts}) for second in range(60)
    ]
