"""Simulated world of a scheduler: its clock, identifiers, processes and targets all follow from one seed."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from ecs_emulator.clock import Clock
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler.clusters import Cluster
from ecs_emulator.scheduler.interfaces import TargetAddress
from ecs_emulator.scheduler.operations import OPERATIONS
from ecs_emulator.scheduler.scheduler import Scheduler
from emulator.simulation.runner import SimulatedRun, SimulatedRunner
from emulator.simulation.targets import SimulatedTargets
from emulator.simulation.trace import Trace, Violation

CLUSTER = "simulated"
_EPOCH = datetime(2030, 1, 1, tzinfo=UTC)
_WITH_CHECKS = 0.2  # share of the worlds
_SPEEDS = (1.0, 1.0, 1.0, 10.0, 60.0)


class World:
    """`now` is in simulated seconds."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.now = 0.0
        self.trace = Trace()
        self.clock = Clock(self.random("speed").choice(_SPEEDS), self.date)
        self.runner = SimulatedRunner(self.random, lambda: self.now, self.clock, self.trace, self._on_stop)
        # In some worlds containers have health checks of their own; the others are as they were before there were any.
        self.has_checks = self.random("checks").random() < _WITH_CHECKS
        self.targets = SimulatedTargets(self.random, lambda: self.now, self.clock, self.trace, self._run_at)
        self.scheduler = Scheduler(self.runner, self.targets, self.clock, identifiers=self.random("identifiers"))
        self.scheduler.tick(self.now)
        self.call("CreateCluster", clusterName=CLUSTER)

    @property
    def cluster(self) -> Cluster:
        return self.scheduler.clusters.find(CLUSTER)

    def random(self, purpose: str) -> random.Random:
        """A source of its own for each purpose, so that what one draws does not shift another's draws."""
        return random.Random(f"{self.seed} {purpose}")  # noqa: S311 (it has to be the same again)

    def date(self) -> datetime:
        return _EPOCH + timedelta(seconds=self.now)

    def call(self, operation: str, **request: Any) -> dict[str, Any] | None:
        """An operation's answer; None when it was refused."""
        try:
            answer = OPERATIONS[operation](self.scheduler, request)
        except AwsError as error:
            self.trace.add(self.now, f"{operation} {json.dumps(request)}: {error.code}: {error.message}")
            return None
        if not operation.startswith(("Describe", "List")):
            self.trace.add(self.now, f"{operation} {json.dumps(request)}")
        return answer

    def pass_by(self, seconds: float) -> None:
        """Let time pass, and the health checks with it; the scheduler does not act yet."""
        self.now += seconds
        self.targets.advance()

    def _run_at(self, target: TargetAddress) -> SimulatedRun:
        # Addresses are never given twice, and the newest are asked for most.
        return next(run for run in reversed(self.runner.runs.values()) if run.is_at(target))

    def _on_stop(self, run: SimulatedRun) -> None:
        """SIGTERM is on its way: nothing may be sent to the task any more.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
        """
        self.trace.add(self.now, f"run {run.number} is stopped")
        if run.lives() and (left := [f"{state} in {group}" for group, _, state in self.targets.of(run)]):
            raise Violation("traffic", f"SIGTERM to a task whose target is {', '.join(left)}")
