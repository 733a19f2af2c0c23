"""Subject of drills: the service that something is done to, and what brings it up, loads it and changes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ecs_emulator.experiments.operator import Operator
from ecs_emulator.experiments.record import CheckResult, RunRecord
from ecs_emulator.load.workload import Workload
from ecs_emulator.ops.conventions import Conventions
from ecs_emulator.ops.target import Target
from ecs_emulator.program import ECS_EMULATOR, Program

# Of visitors at a URL: so many clients, on these routes or, where there are none, on the subject's own.
MakeWorkload = Callable[[str, int, Sequence[str]], Workload]


def requests(own: Sequence[str] = ("GET /",), ids: Sequence[str] = ()) -> MakeWorkload:
    """Visitors who ask for these routes, with each of the ids in turn."""
    return lambda url, clients, routes: Workload(url, clients, routes=tuple(routes or own), ids=tuple(ids))


def another_setting(operator: Operator, _folder: Path) -> str:
    """The next revision is the same program with one setting more."""
    return operator.register(settings={"REVISION": "second"})


@dataclass(frozen=True)
class Subject:
    """Anybody's service.

    `command` brings its emulator up in the foreground, `--speed` is added to it. `next_revision` registers another
    revision that does the same, as `family:number`; it gets the folder with the emulator's data. `fault` gives the
    settings with which the program has a fault, `stored` what its store holds for the requests that are counted, by id.
    `findings` are what it promises in every drill.
    """

    command: Sequence[str]
    service: str | None = None  # as `find` takes it; None: the only one
    workload: MakeWorkload = field(default_factory=requests)
    next_revision: Callable[[Operator, Path], str] = another_setting
    fault: Callable[[str], Mapping[str, str]] = lambda name: {"FAULTS": name}
    stored: Callable[[Target], Counter[str]] = lambda _: Counter()
    checks: Callable[[RunRecord], Sequence[CheckResult]] = lambda _: ()
    program: Program = ECS_EMULATOR
    conventions: Conventions = field(default_factory=Conventions)

    def thinking(self, seconds: float) -> Subject:
        """The same subject, whose visitors wait so long after an answer before they send their next request."""

        def workload(url: str, clients: int, routes: Sequence[str]) -> Workload:
            return replace(self.workload(url, clients, routes), think_seconds=seconds)

        return replace(self, workload=workload)
