"""Simulated target groups: the scheduler's target registry, its checks and delays drawn from the seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecs_emulator.clock import Clock
from ecs_emulator.scheduler.interfaces import Health, TargetAddress
from emulator.simulation.runner import SimulatedRun
from emulator.simulation.trace import Trace

if TYPE_CHECKING:
    from mypy_boto3_elbv2.literals import TargetHealthStateEnumType

_GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup"
GROUPS = (f"{_GROUP}/first/73e2d6bc24d8a067", f"{_GROUP}/second/50dc6c495c0c9188")


@dataclass
class _Registered:
    run: SimulatedRun
    since: float
    state: TargetHealthStateEnumType = "initial"
    contrary_since: float | None = None
    left_at: float | None = None


@dataclass(frozen=True)
class _Settings:
    """Seconds of the simulation."""

    until_healthy: float
    until_unhealthy: float
    deregistration_delay: float


class SimulatedTargets:
    """Targets of two groups; a group in `detached` is used by no listener."""

    def __init__(
        self,
        draws: Callable[[str], random.Random],
        now: Callable[[], float],
        clock: Clock,
        trace: Trace,
        run_at: Callable[[TargetAddress], SimulatedRun],
    ) -> None:
        self.detached: set[str] = set()
        self.registered: dict[tuple[str, TargetAddress], _Registered] = {}
        self.log: list[tuple[str, str, TargetAddress]] = []  # register or deregister, group, target
        self._now = now
        self._trace = trace
        self._run_at = run_at
        self._settings = {}
        for group in GROUPS:
            chosen = draws(group)
            self._settings[group] = _Settings(
                clock.shortened(chosen.uniform(1, 10)),
                clock.shortened(chosen.uniform(10, 30)),
                clock.shortened(chosen.choice((0, 5, 30, 60))),
            )

    def register(self, group_arn: str, target: TargetAddress) -> None:
        self.log.append(("register", group_arn, target))
        self._trace.add(self._now(), f"register {target.id}:{target.port} in {group_arn[73:]}")
        known = self.registered.get((group_arn, target))
        if known is None or known.left_at is not None:
            run = self._run_at(target)
            run.targets.append((group_arn, target))
            self.registered[group_arn, target] = _Registered(run, self._now())

    def deregister(self, group_arn: str, target: TargetAddress) -> None:
        self.log.append(("deregister", group_arn, target))
        self._trace.add(self._now(), f"deregister {target.id}:{target.port} from {group_arn[73:]}")
        known = self.registered.get((group_arn, target))
        if known and known.left_at is None:
            known.left_at = self._now()

    def set_fault(self, group_arn: str, target: TargetAddress, fault: str | None) -> None:
        """Nobody asks for a fault here."""

    def health(self, group_arn: str, target: TargetAddress) -> Health | None:
        known = self.registered.get((group_arn, target))
        if known is None:
            return None
        if known.left_at is not None:
            return Health("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
        if group_arn in self.detached:
            return Health("unused", "Target.NotInUse", "Target group is not configured to receive traffic")
        if known.state == "unhealthy":
            return Health("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
        return Health(known.state)

    def is_balanced(self, group_arn: str) -> bool:
        return group_arn in GROUPS and group_arn not in self.detached

    def advance(self) -> None:
        """Check every target, and forget those whose deregistration delay is over."""
        now = self._now()
        for (group, target), each in list(self.registered.items()):
            settings = self._settings[group]
            if each.left_at is not None:
                if now >= each.left_at + settings.deregistration_delay:
                    del self.registered[group, target]
            elif group not in self.detached:
                self._check(each, each.run.answers(group), settings)

    def of(self, run: SimulatedRun) -> Iterator[tuple[str, TargetAddress, str]]:
        """Group, target and state of what a run is registered as, draining included."""
        for group, target in run.targets:
            if health := self.health(group, target):
                yield group, target, health.state

    def _check(self, each: _Registered, passes: bool, settings: _Settings) -> None:
        now = self._now()
        after = settings.until_healthy if passes else settings.until_unhealthy
        if each.state == "initial":
            since = each.since
        elif (each.state == "healthy") == passes:
            each.contrary_since = None
            return
        else:
            since = each.contrary_since = now if each.contrary_since is None else each.contrary_since
        if now >= since + after:
            each.state, each.contrary_since = "healthy" if passes else "unhealthy", None
            self._trace.add(now, f"run {each.run.number} is {each.state}")
