"""ECS scheduler: everything that its API shows and changes, and the thread that drives it."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterable

from ecs_emulator.clock import Clock
from ecs_emulator.scheduler import rules
from ecs_emulator.scheduler.arns import Arns
from ecs_emulator.scheduler.clusters import Clusters
from ecs_emulator.scheduler.definitions import Definitions
from ecs_emulator.scheduler.interfaces import TargetRegistry, TaskRuntime
from ecs_emulator.scheduler.reconciliation import reconcile
from ecs_emulator.scheduler.tasks import Outside, Task
from ecs_emulator.worker import Worker

logger = logging.getLogger(__name__)

_SECONDS_BETWEEN_TICKS = 0.02
# Longer than the longest `stopTimeout` on Fargate.
_PATIENCE = 130.0


class Scheduler:
    """Clusters, task definitions, services and tasks. Whoever reads or changes them holds `lock`.

    All that it makes up is drawn from `identifiers`, so that a seeded source and clock give the same answers again.
    """

    def __init__(
        self,
        runner: TaskRuntime,
        targets: TargetRegistry,
        clock: Clock,
        region: str = "us-east-1",
        identifiers: random.Random | None = None,
    ) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.arns = Arns(region, identifiers or random.SystemRandom())
        self.clusters = Clusters(self.arns)
        self.account_settings: dict[str, str] = {}  # those that somebody put
        self.definitions = Definitions(self.arns, clock)
        self.outside = Outside(runner, targets, clock)
        self.now = time.monotonic()
        self._without_effect: dict[str, None] = {}
        self._closing = threading.Event()
        self.worker = Worker("The scheduler", self._drive)

    def start(self) -> None:
        self.worker.start()

    def close(self) -> None:
        """Stop every task at once and wait until all have gone."""
        self._closing.set()
        self.worker.join()
        with self.lock:
            runs = [task.run for task in self._tasks() if task.run is not None and not task.gone]
        for run in runs:
            run.stop()
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and any(
            container.status != "STOPPED" for run in runs for container in run.containers()
        ):
            time.sleep(_SECONDS_BETWEEN_TICKS)

    def tick(self, now: float) -> None:
        """Reconciliation at one moment, in seconds of any clock that does not go back."""
        with self.lock:
            self.now = now
            for cluster in self.clusters.all():
                for task in list(cluster.tasks.values()):
                    if task.service is None:
                        task.advance(now, self.outside)
                for service in cluster.services.values():
                    for task in reconcile(service, now, self.outside, self.arns):
                        cluster.tasks[task.id] = task
                _forget(cluster.tasks, now - rules.stays_visible(self.outside.clock.speed))

    def note_without_effect(self, features: Iterable[str]) -> None:
        self._without_effect |= dict.fromkeys(features)

    def without_effect(self) -> list[str]:
        """Features of AWS that callers have asked for and that are stored and shown, but not emulated."""
        with self.lock:
            return list(self._without_effect)

    def _tasks(self) -> list[Task]:
        return [task for cluster in self.clusters.all() for task in cluster.tasks.values()]

    def _drive(self) -> None:
        while not self._closing.wait(_SECONDS_BETWEEN_TICKS):
            try:
                self.tick(time.monotonic())
            except Exception:
                # One broken moment must not end every service.
                logger.exception("The scheduler stumbled.")


def _forget(tasks: dict[str, Task], stopped_before: float) -> None:
    for task in list(tasks.values()):
        if task.stopped_since is not None and task.stopped_since < stopped_before:
            del tasks[task.id]
