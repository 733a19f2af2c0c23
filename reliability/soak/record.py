"""Run record of a soak. Nothing here asks anybody: it can be made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ecs_emulator.experiments.record import OperatorAction
from ecs_emulator.load.report import LoadReport
from reliability.histories import Verdict
from reliability.soak.memory import Sample
from reliability.soak.synthetic_probes import ProbeResult

WELL = "SUCCESSFUL"  # how a service deployment should end


class Refusal(NamedTuple):
    """Refusal of a like while the table took no calls."""

    status: int
    retry_after: str


@dataclass(frozen=True)
class Soaked:
    """The acts' `steady_at` is when the service was as it should be again, or the table took calls again."""

    report: LoadReport
    rollout: OperatorAction
    killed: OperatorAction
    throttled: OperatorAction
    likes: str  # the revision that stored likes
    updated: str  # the revision that was rolled out
    deployed: Sequence[str] = ()  # how its service deployment stands at the end
    replaced: Sequence[str] = ()  # the tasks that came for the one that was killed
    throttled_calls: int = 0
    refusal: Refusal | None = None
    stored: Counter[str] = field(default_factory=Counter)  # by how much the stored likes have grown, by mysfit
    visits: Sequence[ProbeResult] = ()
    samples: Sequence[Sample] = ()
    history: Verdict = field(default_factory=Verdict)
