"""Simulated processes: the scheduler's task runtime, with every delay and every exit drawn from the seed.

The image of a task's first container says how it fares: `good` serves, `warming` takes a while until it answers, `sick`
runs and fails every health check, its container's own as well, `crash` exits at once, `missing` cannot be pulled,
`flaky` is one of these or good, `mortal` serves and exits some time later.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecs_emulator.clock import Clock
from ecs_emulator.scheduler.interfaces import ContainerState, Launch, TargetAddress
from emulator.simulation.trace import Trace

if TYPE_CHECKING:
    from mypy_boto3_ecs.literals import HealthStatusType

_STOP_TIMEOUT = 30.0  # seconds; ECS's default
_SHORTEST_STOP = 3.0  # seconds that a process has to end, however fast the clock is
_LAST_WORDS = 5.0  # seconds that output may take to arrive after an exit


@dataclass
class _Container:
    """`stopping_takes` is None for one that ignores SIGTERM. All times are simulated seconds."""

    name: str
    essential: bool
    starts_at: float
    stop_timeout: float
    stopping_takes: float | None
    last_words: float
    ends_at: float | None = None
    exit_code: int | None = None
    failed_at: float | None = None  # it never runs
    reason: str | None = None

    def state(self, now: float) -> ContainerState:
        if self.failed_at is not None and now >= self.failed_at:
            return ContainerState(self.name, "STOPPED", None, self.reason)
        if now < self.starts_at:
            return ContainerState(self.name, "PENDING", None, None)
        if self.ends_at is None or now < self.ends_at:
            return ContainerState(self.name, "RUNNING", None, None)
        status = "STOPPED" if now >= self.ends_at + self.last_words else "RUNNING"
        return ContainerState(self.name, status, self.exit_code, None)

    def ended_at(self) -> float | None:
        return self.ends_at if self.failed_at is None else self.failed_at

    def end(self, at: float, code: int) -> None:
        if self.failed_at is None and (self.ends_at is None or at < self.ends_at):
            self.ends_at, self.exit_code = at, code

    def terminate(self, now: float) -> None:
        """SIGTERM now, SIGKILL after `stop_timeout`."""
        if now < self.starts_at:
            self.failed_at = now if self.failed_at is None else min(self.failed_at, now)
        elif self.stopping_takes is None or self.stopping_takes > self.stop_timeout:
            self.end(now + self.stop_timeout, 137)
        else:
            self.end(now + self.stopping_takes, 143)


class SimulatedRun:
    """The processes of one task."""

    def __init__(self, launch: Launch, runner: SimulatedRunner, number: int) -> None:
        self.launch = launch
        self.number = number
        self.began = runner.now()
        self.stopped_at: float | None = None
        self.fails_checks = False
        self.fails_checks_of: set[str] = set()  # ARNs of target groups
        self.targets: list[tuple[str, TargetAddress]] = []  # what it has been registered as
        self._runner = runner
        self._draws = runner.draws(f"run {number}")
        shares = runner.share_address
        self.address = "127.0.0.1" if shares else f"127.17.{number // 250}.{number % 250 + 1}"
        self._first_port = 20_000 + 10 * number if shares else 0
        self.image: str = launch.definition["containerDefinitions"][0]["image"]
        if self.image == "flaky":
            self.image = "good" if runner.calm else self._draws.choice(("good", "good", "crash", "sick", "missing"))
        self._is_checked = bool(launch.definition["containerDefinitions"][0].get("healthCheck"))
        checks = runner.draws(f"checks of run {number}")
        self._checked_after = runner.clock.shortened(checks.uniform(1, 10))
        self._unhealthy_after = runner.clock.shortened(checks.uniform(15, 40))
        self._containers = self._draw(launch)
        self.warm_at = self._containers[0].starts_at
        if self.image == "warming":
            self.warm_at += self._draws.uniform(5, 60)
        elif runner.clock.speed == 1:
            self.warm_at += self._draws.uniform(0, 4)
        self._end_what_ends()

    def port(self, container_port: int) -> int:
        return self._first_port + container_port % 10 if self._first_port else container_port

    def containers(self) -> list[ContainerState]:
        now = self._runner.now()
        first, *others = [each.state(now) for each in self._containers]
        return [first._replace(health=self.health() or "UNKNOWN"), *others]

    def health(self) -> HealthStatusType | None:
        """Health of its first container by its check, now; None where it has none."""
        if not self._is_checked:
            return None
        age = self._runner.now() - max(self.warm_at, self._containers[0].starts_at)
        if self.image == "sick":
            return "UNHEALTHY" if age >= self._unhealthy_after else "UNKNOWN"
        if age < self._checked_after:
            return "UNKNOWN"
        return "UNHEALTHY" if self.fails_checks_of else "HEALTHY"

    def stop(self) -> None:
        if self.stopped_at is None:
            self.stopped_at = self._runner.now()
            self._runner.on_stop(self)
        for each in self._containers:
            each.terminate(self._runner.now())

    def execute(self, container: str, words: list[str]) -> None:
        """Nobody asks for a command here."""

    def lives(self) -> bool:
        """True when no essential container has ended."""
        now = self._runner.now()
        return not any(
            each.essential and (at := each.ended_at()) is not None and at <= now for each in self._containers
        )

    def is_over(self) -> bool:
        return all(each.status == "STOPPED" for each in self.containers())

    def answers(self, group: str) -> bool:
        """True when it passes a health check of a target group now."""
        is_sick = self.image == "sick" or self.fails_checks or group in self.fails_checks_of
        return self._runner.now() >= self.warm_at and not is_sick and self.lives()

    def is_at(self, target: TargetAddress) -> bool:
        return target.id == self.address and (not self._first_port or target.port // 10 * 10 == self._first_port)

    def kill(self, code: int = 137) -> None:
        """The fault: its first container exits now."""
        if self._containers[0].starts_at <= self._runner.now():
            self._end(self._containers[0], self._runner.now(), code)

    def recover(self) -> None:
        """Recovery: what was to go wrong later does not."""
        self.fails_checks = False
        self.fails_checks_of.clear()
        first = self._containers[0]
        if self.image == "mortal" and self.stopped_at is None and first.ends_at and first.ends_at > self._runner.now():
            for each in self._containers:
                if each.essential:
                    each.ends_at = each.exit_code = None

    def _draw(self, launch: Launch) -> list[_Container]:
        draws, fast = self._draws, self._runner.clock.speed > 1
        pulled_at = self.began + draws.choice((0.0, 0.1, 1.0) if fast else (0.0, 0.5, 3.0, 20.0))
        containers = []
        for definition in launch.definition["containerDefinitions"]:
            timeout = float(definition.get("stopTimeout", _STOP_TIMEOUT))
            each = _Container(
                definition["name"],
                definition["essential"],
                pulled_at + draws.choice((0.0, 0.2) if fast else (0.0, 0.2, 2.0)),
                max(self._runner.clock.shortened(timeout), min(timeout, _SHORTEST_STOP)),
                draws.choice((0.0, 0.5, 5.0, 60.0, None)),
                draws.choice((0.0, 0.0, 0.5, _LAST_WORDS)),
            )
            if definition["image"] == "unstartable":
                each.failed_at, each.reason = each.starts_at, "CannotStartContainerError: no command specified"
            elif definition["image"] == "initial":
                each.end(each.starts_at + draws.uniform(0, 2), 0)
            containers.append(each)
        if self.image == "missing":
            for each in containers:
                each.failed_at, each.reason = pulled_at, None
            containers[0].reason = "CannotPullContainerError: not found"
        return containers

    def _end_what_ends(self) -> None:
        first = self._containers[0]
        if self.image == "crash":
            self._end(first, first.starts_at + self._draws.choice((0.0, 0.3, 3.0)), 1)
        elif self.image == "mortal" and not self._runner.calm:
            self._end(first, first.starts_at + self._draws.uniform(5, 120), 1)
        for each in self._containers:
            if each.essential and each is not first and each.ended_at() is not None:
                self._end(each, each.ended_at() or 0.0, 0)

    def _end(self, container: _Container, at: float, code: int) -> None:
        """Let a container exit; with an essential one the whole task ends."""
        container.end(at, code)
        for each in self._containers:
            if container.essential and each is not container:
                each.terminate(at)


class SimulatedRunner:
    """Starts simulated runs; `calm` from the moment on when nothing goes wrong any more by itself."""

    def __init__(
        self,
        draws: Callable[[str], random.Random],
        now: Callable[[], float],
        clock: Clock,
        trace: Trace,
        on_stop: Callable[[SimulatedRun], None],
    ) -> None:
        self.draws = draws
        self.now = now
        self.clock = clock
        self.calm = False
        self.on_stop = on_stop
        self.share_address = draws("addresses").random() < 0.3
        self.runs: dict[str, SimulatedRun] = {}  # by task id
        self._trace = trace

    def start(self, launch: Launch) -> SimulatedRun:
        run = SimulatedRun(launch, self, len(self.runs))
        self.runs[launch.task_id] = run
        self._trace.add(self.now(), f"run {run.number} begins: task {launch.task_id}, image {run.image}")
        return run
