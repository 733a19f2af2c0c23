"""Targets of every group: registered, watched, draining, gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ecs_emulator.balancer.checks import Cancel, Checker
from ecs_emulator.balancer.groups import Group
from ecs_emulator.balancer.health import DRAINING, ON_PURPOSE, REGISTERED, UNUSED, HealthCheckFailure, TargetHealth
from ecs_emulator.balancer.relays import Relays
from ecs_emulator.scheduler.faults import UNHEALTHY
from ecs_emulator.scheduler.interfaces import Health, TargetAddress

# After Envoy's word that it has taken an update, its threads may still use the one before.
SETTLING = 0.05


@dataclass
class _Registered:
    condition: TargetHealth | None = None  # None while its group is not used
    cancel: Cancel | None = None
    is_leaving: bool = False
    fault: str | None = None  # one of faults.FAULTS
    left_with: int | None = None  # the version of the endpoints that first was without it
    gone_at: float | None = None

    def health(self, group: Group | None) -> Health:
        if self.is_leaving:
            return DRAINING
        if self.condition:
            return self.condition.health
        return REGISTERED if group is None else UNUSED

    def is_healthy(self) -> bool:
        return self.condition is not None and self.condition.health.state == "healthy"

    def end_watch(self) -> None:
        if self.cancel:
            self.cancel()
        self.condition = self.cancel = None


class TargetTable:
    """All targets by group; `news` is called, under the lock, whenever the set that gets requests may have changed."""

    def __init__(self, lock: threading.Condition, news: Callable[[], None]) -> None:
        self._lock = lock
        self._news = news
        self._checker = Checker()
        self._relays = Relays()
        self.workers = (self._checker.worker, self._relays.worker)
        self._groups: Mapping[str, Group] = {}
        self._targets: dict[str, dict[TargetAddress, _Registered]] = {}

    def close(self) -> None:
        self._checker.close()
        self._relays.close()

    def know(self, groups: Mapping[str, Group]) -> None:
        """The target groups that there are now, all of them."""
        with self._lock:
            for arn in set(self._groups) - set(groups):
                for registered in self._targets.pop(arn, {}).values():
                    registered.end_watch()
            self._groups = groups
            for arn, targets in self._targets.items():
                for target, registered in targets.items():
                    self._watch(arn, target, registered)
            self._news()

    def register(self, arn: str, target: TargetAddress) -> None:
        with self._lock:
            targets = self._targets.setdefault(arn, {})
            if target not in targets or targets[target].is_leaving:
                targets[target] = _Registered()
                self._watch(arn, target, targets[target])
                self._news()

    def deregister(self, arn: str, target: TargetAddress) -> None:
        with self._lock:
            registered = self._targets.get(arn, {}).get(target)
            if registered and not registered.is_leaving:
                registered.end_watch()
                registered.is_leaving = True
                self._news()

    def set_fault(self, arn: str, target: TargetAddress, fault: str | None) -> None:
        """Give a target a fault from now on, or none any more."""
        with self._lock:
            registered = self._targets.get(arn, {}).get(target)
            if registered and registered.fault != fault:
                registered.fault = fault
                self._news()

    def health(self, arn: str, target: TargetAddress) -> Health | None:
        with self._lock:
            registered = self._targets.get(arn, {}).get(target)
            return registered.health(self._groups.get(arn)) if registered else None

    def of(self, arn: str) -> list[TargetAddress]:
        """All that the group has, those that are draining too."""
        with self._lock:
            return sorted(self._targets.get(arn, {}))

    def split(self, arn: str) -> tuple[list[TargetAddress], set[TargetAddress]]:
        """Addresses of those that get requests: the healthy; when none is, all (it fails open). And who leaves."""
        with self._lock:
            targets = self._targets.get(arn, {})
            leaving = {target for target, kept in targets.items() if kept.is_leaving}
            staying = set(targets) - leaving
            healthy = {target for target in staying if targets[target].is_healthy()}
            reached = {self._relays.before(target, targets[target].fault) for target in healthy or staying}
            return sorted(reached), leaving

    def offered(self, arn: str, without: set[TargetAddress], version: int) -> None:
        """The endpoints of that version hold none of the targets `without`."""
        with self._lock:
            for target, registered in self._targets.get(arn, {}).items():
                if target in without and registered.is_leaving and registered.left_with is None:
                    registered.left_with = version

    def taken(self, arn: str, version: int) -> None:
        """No new request goes by endpoints older than `version`: the deregistration delay of who has left begins."""
        with self._lock:
            group = self._groups.get(arn)
            delay = SETTLING + (group.delay if group and group.used else 0)
            for registered in self._targets.get(arn, {}).values():
                if registered.left_with is not None and registered.left_with <= version and registered.gone_at is None:
                    registered.gone_at = time.monotonic() + delay

    def sweep(self) -> float | None:
        """Forget those whose delay is over; when the next one's is."""
        now = time.monotonic()
        with self._lock:
            for targets in self._targets.values():
                for target in [
                    each for each, kept in targets.items() if kept.gone_at is not None and kept.gone_at <= now
                ]:
                    del targets[target]
            ends = [kept.gone_at for targets in self._targets.values() for kept in targets.values() if kept.gone_at]
            return min(ends, default=None)

    def _watch(self, arn: str, target: TargetAddress, registered: _Registered) -> None:
        group = self._groups.get(arn)
        if group is None or registered.is_leaving:
            return
        if not group.used:
            registered.end_watch()
        elif registered.condition:
            registered.condition.settings = group.checks
        else:
            condition = TargetHealth(group.checks, time.monotonic())

            def learn(failure: HealthCheckFailure | None, begun: float) -> None:
                with self._lock:
                    before = condition.health
                    condition.learn(ON_PURPOSE if registered.fault == UNHEALTHY else failure, begun)
                    if condition.health.state != before.state:
                        self._news()

            def reach(checked: TargetAddress) -> TargetAddress:
                return self._relays.before(checked, registered.fault)

            registered.condition = condition
            registered.cancel = self._checker.watch(target, condition, learn, reach)
