"""Mutations of the scheduler, and which seed finds each: what the simulation is worth.

A mutation is a change to one module's text. `mutated` imports the scheduler and the simulation anew with it, in this
process; the files stay as they are.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Any

from emulator.simulation.simulation import SimulationResult

_ANEW = ("ecs_emulator.scheduler", "emulator.simulation")


@dataclass(frozen=True)
class Mutation:
    """`old` stands in the module's text exactly once."""

    what: str  # what is the case then
    module: str  # of ecs_emulator.scheduler
    old: str
    new: str


MUTATIONS = (
    Mutation(
        "A task with an unhealthy container is left alone",
        "conditions",
        'or task.health == "UNHEALTHY"',
        "",
    ),
    Mutation(
        "A task counts before its containers are healthy",
        "conditions",
        'HEALTHY if task.health == "HEALTHY" else PENDING',
        "HEALTHY",
    ),
    Mutation(
        "A task that fails its container health checks is no failed one",
        "reconciliation",
        "        _count_failure(deployment, now)\n        of_balancer",
        "        of_balancer",
    ),
    Mutation(
        "A healthy task resets the circuit breaker only if that is asked for",
        "reconciliation",
        'get("resetOnHealthyTask", True)',
        'get("resetOnHealthyTask", False)',
    ),
    Mutation(
        "The oldest of the pending tasks stop first", "reconciliation", "found[PENDING][::-1][:", "found[PENDING][:"
    ),
    Mutation(
        "A draining task stops when the first of its target groups has drained",
        "tasks",
        "not any(outside.targets.health(*each)",
        "not all(outside.targets.health(*each)",
    ),
    Mutation(
        "The minimum is rounded down", "rules", "return -(-desired * percent // 100)", "return desired * percent // 100"
    ),
    Mutation(
        "The maximum is rounded up",
        "rules",
        "    return desired * percent // 100",
        "    return -(-desired * percent // 100)",
    ),
    Mutation(
        "The circuit breaker triggers one failure late",
        "outcome",
        "service.primary.failed >= course.threshold",
        "service.primary.failed > course.threshold",
    ),
    Mutation(
        "A task is stopped without leaving its target groups",
        "tasks",
        "        elif self.registered:\n",
        "        elif self.registered and code == 'UserInitiated':\n",
    ),
    Mutation(
        "A rollback goes to the deployment before, completed or not",
        "services",
        "        found = self.completed\n",
        "        found = self.deployments[1] if self.completed and self.deployments[1:] else self.completed\n",
    ),
    Mutation("A task that is being stopped takes up no room", "reconciliation", "len(service.leaving())", "0"),
    Mutation(
        "The newest of the serving tasks stop first",
        "reconciliation",
        "found[HEALTHY][: action.stop_healthy]",
        "found[HEALTHY][::-1][: action.stop_healthy]",
    ),
    Mutation(
        "A deployment has completed when its tasks run, healthy or not",
        "reconciliation",
        "counts[0].healthy == counts[0].tasks == service.desired",
        "counts[0].tasks == service.desired",
    ),
    Mutation(
        "A task that has died stays registered",
        "tasks",
        "            self._deregister(targets)\n        self._stop_processes()\n        return None if was_stopped",
        "        self._stop_processes()\n        return None if was_stopped",
    ),
    Mutation(
        "A side container that has ended keeps its task pending",
        "tasks",
        'not any(container.status == "PENDING" for',
        'all(container.status == "RUNNING" for',
    ),
    Mutation(
        "A deployment is rolled back to one whose own rollback was superseded",
        "services",
        "return found if found and found is not self.primary and found.rollout_state == COMPLETED else None",
        "return found if found is not self.primary else None",
    ),
    Mutation(
        "Unhealthy tasks are stopped before anything stands in for them",
        "rollout",
        "action.stop_unhealthy = max(0, count.unhealthy - max(0, count.desired - count.healthy))",
        "action.stop_unhealthy = count.unhealthy",
    ),
    Mutation(
        "A deployment that has failed goes on starting tasks",
        "reconciliation",
        "may_start = deployment.rollout_state != FAILED and (",
        "may_start = (",
    ),
    Mutation(
        "A service whose tasks fail is not slowed down",
        "rules",
        "if failures < _ATTEMPTS_AT_ONCE:",
        "if failures < 1000:",
    ),
    Mutation(
        "A stopped task does not say when it stopped",
        "tasks",
        'self._become("STOPPED", "stoppedAt")',
        'self._become("STOPPED")',
    ),
    Mutation(
        "What is being provisioned counts as running",
        "serializers",
        'task.last_status == "RUNNING" for task',
        'task.last_status in ("RUNNING", "PENDING") for task',
    ),
    Mutation(
        "A task is described with a launch type that is none",
        "task_serializers",
        '"launchType": each.launch_type,',
        '"launchType": each.launch_type.title(),',
    ),
)


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, mutation: Mutation) -> None:
        super().__init__(name, path)
        self._mutation = mutation

    def get_code(self, fullname: str) -> CodeType:
        """Compiled without a cache, which would outlive the mutation."""
        text = self.get_source(fullname) or ""
        if text.count(self._mutation.old) != 1:
            raise ValueError(f"{fullname} has {text.count(self._mutation.old)} of: {self._mutation.old}")
        code: CodeType = compile(text.replace(self._mutation.old, self._mutation.new), self.path, "exec")
        return code


class _Finder:
    def __init__(self, mutation: Mutation) -> None:
        self._mutation = mutation

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != f"ecs_emulator.scheduler.{self._mutation.module}":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec and spec.origin:
            spec.loader = _Loader(name, spec.origin, self._mutation)
        return spec


@contextmanager
def mutated(mutation: Mutation) -> Iterator[Callable[..., SimulationResult]]:
    """`simulate` on a scheduler with the mutation. Raises ValueError where its module or its text is not there."""
    if importlib.util.find_spec(f"ecs_emulator.scheduler.{mutation.module}") is None:
        raise ValueError(f"The scheduler has no module {mutation.module}.")
    kept = _forget()
    packages = {name: kept[name] for name in _ANEW if name in kept}
    finder: Any = _Finder(mutation)
    sys.meta_path.insert(0, finder)
    try:
        yield importlib.import_module("emulator.simulation.simulation").simulate
    finally:
        sys.meta_path.remove(finder)
        _forget()
        sys.modules.update(kept)
        for name, package in packages.items():
            parent, _, child = name.rpartition(".")
            setattr(sys.modules[parent], child, package)


def find(mutation: Mutation, seeds: Iterable[int]) -> SimulationResult | None:
    """The first outcome with a violation; None where no seed finds the mutation."""
    with mutated(mutation) as simulate:
        return next((outcome for seed in seeds if (outcome := simulate(seed)).violation), None)


def _forget() -> dict[str, ModuleType]:
    return {name: sys.modules.pop(name) for name in list(sys.modules) if name.startswith(_ANEW)}
