"""Observation of one tick of the scheduler from outside: how tasks were, and what became of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from ecs_emulator.scheduler.deployments import Deployment
from ecs_emulator.scheduler.services import Service
from ecs_emulator.scheduler.tasks import Task
from emulator.simulation.world import World

HEALTHY, PENDING, UNHEALTHY = "healthy", "pending", "unhealthy"
DEATHS = ("EssentialContainerExited", "TaskFailedToStart")  # stop codes of tasks that ended by themselves

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
_SECONDS_UNTIL_TRUSTED = 40.0
# docs/decisions/0019: no clock makes a process start faster, so nobody judges one sooner.
_SECONDS_OF_START = 2.0


@dataclass
class Tick:
    """One tick of the scheduler for one service; `conditions` are those on which it decided, the oldest task first."""

    service: Service
    status: str  # before
    primary: Deployment | None  # before
    course_status: str  # before
    states: dict[str, str]  # rollout states by deployment id, before
    tasks: list[Task]  # before
    last_event: str | None  # before
    conditions: dict[str, str] = field(default_factory=dict)  # by task id
    first_healthy: list[Task] = field(default_factory=list)
    started: list[Task] = field(default_factory=list)
    stopped: list[Task] = field(default_factory=list)  # by the scheduler
    died: list[Task] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)  # the oldest first
    target_changes: list[tuple[str, str]] = field(default_factory=list)  # register or deregister, group

    def by_condition(self, condition: str) -> list[Task]:
        return [task for task in self.tasks if self.conditions.get(task.id) == condition]


class SimulationObserver:
    """`before` and `after` each tick; then `ticks` has what the tick did."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._statuses: dict[str, tuple[str, str]] = {}  # last and desired, by task id
        self._running_at: dict[str, float] = {}
        self.served: set[str] = set()  # ids of tasks that have been healthy
        self.target_states: dict[int, dict[str, str]] = {}  # by run number, then group; draining ones left out
        self.ticks: list[Tick] = []

    def before(self) -> None:
        targets = self._world.targets
        targets.log.clear()
        self.target_states = defaultdict(dict)
        for (group, target), each in targets.registered.items():
            health = targets.health(group, target)
            if each.left_at is None and health:
                self.target_states[each.run.number][group] = health.state
        self._statuses = {task.id: (task.last_status, task.desired_status) for task in self._tasks()}
        self.ticks = [_before(service) for service in self._world.cluster.services.values()]

    def after(self) -> None:
        for task in self._tasks():
            # One whose container is unhealthy already may run and be stopped in one tick.
            if "startedAt" in task.moments:
                self._running_at.setdefault(task.id, self._world.now)
            was, _ = self._statuses.get(task.id, ("", ""))
            if task.last_status != was:
                reason = f" ({task.stop_code}: {task.stopped_reason})" if task.stop_code else ""
                self._world.trace.add(self._world.now, f"task {task.id}: {was or 'new'} → {task.last_status}{reason}")
        for tick in self.ticks:
            self._complete(tick)

    def _complete(self, tick: Tick) -> None:
        world, service = self._world, tick.service
        for task in tick.tasks:
            if self._statuses[task.id][1] != "RUNNING":
                continue
            if task.stop_code in DEATHS:
                tick.died.append(task)
                continue
            tick.conditions[task.id] = self._condition(task, service)
            if tick.conditions[task.id] == HEALTHY and task.id not in self.served:
                self.served.add(task.id)
                tick.first_healthy.append(task)
            if task.desired_status == "STOPPED":
                tick.stopped.append(task)
        known = {task.id for task in tick.tasks}
        tick.started = [task for task in service.tasks if task.id not in known]
        for event in service.events.shown():
            if event["id"] == tick.last_event:
                break
            tick.messages.insert(0, event["message"])
        for message in tick.messages:
            world.trace.add(world.now, message)
        runs = {run.number for task in (*tick.tasks, *tick.started) if (run := world.runner.runs.get(task.id))}
        tick.target_changes = [
            (what, group)
            for what, group, target in world.targets.log
            if world.targets.registered[group, target].run.number in runs
        ]

    def _condition(self, task: Task, service: Service) -> str:
        """As the AWS page says which tasks count; the target states are those before the tick."""
        now, run = self._world.now, self._world.runner.runs.get(task.id)
        if run is None or task.id not in self._running_at or now - run.began < _SECONDS_OF_START:
            return PENDING
        age, shortened = now - self._running_at[task.id], self._world.clock.shortened
        states = list(self.target_states[run.number].values())
        health = run.health()
        if "unhealthy" in states or health == "UNHEALTHY":
            grace = service.options.get("healthCheckGracePeriodSeconds", 0)
            return UNHEALTHY if age >= shortened(grace) else PENDING
        groups = task.deployment.revision.settings.get("loadBalancers", []) if task.deployment else []
        if len(states) < len(groups) or any(state not in ("healthy", "unused") for state in states):
            return PENDING
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
        if health is not None:
            return HEALTHY if health == "HEALTHY" else PENDING
        if states and "unused" not in states:
            return HEALTHY
        return HEALTHY if age >= shortened(_SECONDS_UNTIL_TRUSTED) else PENDING

    def _tasks(self) -> list[Task]:
        return list(self._world.cluster.tasks.values())


def _before(service: Service) -> Tick:
    events = service.events.shown()
    return Tick(
        service,
        service.status,
        service.primary if service.deployments else None,
        service.course.status,
        {each.id: each.rollout_state for each in service.deployments},
        list(service.tasks),
        events[0]["id"] if events else None,
    )
