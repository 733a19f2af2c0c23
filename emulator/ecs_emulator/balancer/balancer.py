"""Application load balancer, as ELBv2's store describes it."""

from __future__ import annotations

import http.client
import logging
import threading
import time
from contextlib import suppress
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator import reaper
from ecs_emulator.authority import CertificateAuthority
from ecs_emulator.balancer.counters import Counters, counters
from ecs_emulator.balancer.envoy import Envoy
from ecs_emulator.balancer.groups import Group
from ecs_emulator.balancer.plan import UNREADABLE, RoutingPlan, plan
from ecs_emulator.balancer.publisher import OpenListener, SnapshotPublisher
from ecs_emulator.balancer.slots import Slots
from ecs_emulator.balancer.store import LoadBalancerStore, read
from ecs_emulator.balancer.targets import TargetTable
from ecs_emulator.balancer.traffic import Traffic, traffic
from ecs_emulator.clock import Clock
from ecs_emulator.scheduler.interfaces import Health, TargetAddress
from ecs_emulator.supervisor import Child
from ecs_emulator.worker import Worker

log = logging.getLogger(__name__)

_TOGETHER = 0.02  # seconds in which changes are gathered, to be read at once
_FAILURES = 5  # in a row, before it is told that the store cannot be read
_RETRY = 1.0  # seconds after which what failed is tried again
_READING = 30.0  # seconds that an answer about what is being read may have to wait
_CLOSING = 5.0  # seconds after which what is being read is waited for no longer


class Balancer:
    """Envoy and the health checks; `folder` is for its files alone. Raises EnvoyMissing.

    Implements the scheduler's TargetRegistry. Port p of the first load balancer is `api_port` - 80 + p on 127.0.0.1;
    `slots` has those of the others. HTTPS listeners show certificates of `authority`. What it cannot do it says in
    `problems`. `children` are Envoy and the threads, for a supervisor.
    """

    def __init__(
        self,
        session: boto3.Session,
        start: reaper.Start,
        folder: Path,
        api_port: int,
        clock: Clock,
        authority: CertificateAuthority,
    ) -> None:
        config = Config(connect_timeout=2, retries={"total_max_attempts": 1})
        self._client = session.client("elbv2", config=config)
        self._acm = session.client("acm", config=config)
        self.slots = Slots(api_port)
        self._clock = clock
        self._news = threading.Condition(threading.RLock())
        self._changes, self._read = 1, 0  # changes of the store: all, and those read
        self._has_news = True
        self._unread: tuple[str, ...] = ()  # why the store could not be read
        self._is_closed = False
        self._plan = RoutingPlan()
        self._store = LoadBalancerStore()  # what the plan was made from
        self._settled: RoutingPlan | None = None  # what Envoy has taken all of
        self._envoy = Envoy(start, folder, restarted=self._restarted)
        self._targets = TargetTable(self._news, self._tell)
        self._publisher = SnapshotPublisher(self._envoy, self._targets, authority)
        self._workers = (
            Worker("The load balancer's reader", self._read_changes),
            Worker("The load balancer's publisher", self._publish_changes),
        )
        self.children: tuple[Child, ...] = (self._envoy, *self._targets.workers, *self._workers)
        for worker in self._workers:
            worker.start()

    def changed(self) -> None:
        """ELBv2's store holds something new: read it soon."""
        with self._news:
            self._changes += 1
            self._news.notify_all()

    def close(self) -> None:
        """End Envoy and the checks, and wait until they have ended."""
        with self._news:
            self._is_closed = True
            self._news.notify_all()
        for worker in self._workers:
            # A cloud that does not answer keeps nobody.
            worker.join(_CLOSING)
        self._targets.close()
        self._envoy.close()

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences on what it cannot do, or not now: a port in use, a rule with a sign-in."""
        with self._news:
            return self._plan.problems + self._unread + self._publisher.obstacles

    def listeners(self) -> tuple[OpenListener, ...]:
        """The listeners that take requests now."""
        return self._publisher.open

    def is_settled(self) -> bool:
        """True when Envoy serves all that ELBv2 holds and every target that was registered."""
        with self._news:
            is_read = self._read >= self._changes and not self._has_news and not self._unread
            planned = {each.local_port for each in self._plan.listeners}
            return is_read and self._settled is self._plan and planned == {each.local_port for each in self.listeners()}

    def state(self) -> tuple[str, str]:
        """Code and reason of `State` in DescribeLoadBalancers: the truth about Envoy belongs here.

        A target's health is told by its checks alone, as on AWS, and does not change when nobody can reach it. Codes:
        `provisioning` while there is no Envoy that has taken what it was offered, `failed` when no listener has its
        port, `active_impaired` when something is not as it should be, else `active` (with no reason).
        https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerState.html
        """
        with self._news:
            has_listeners = bool(self._plan.listeners)
        obstacles = " ".join(self._publisher.obstacles)
        if not self._publisher.serves:
            why = "Envoy has ended." if self._envoy.has_ended() else obstacles or "Envoy is starting."
            return "provisioning", why
        if obstacles and has_listeners and not self._publisher.has_ports:
            return "failed", obstacles
        return ("active_impaired", obstacles) if obstacles else ("active", "")

    def planned(self) -> tuple[LoadBalancerStore, RoutingPlan]:
        """Contents of ELBv2 when it was read last, and the plan made from them. Neither ever changes."""
        with self._news:
            return self._store, self._plan

    def traffic(self) -> Traffic:
        """Counters of the traffic since Envoy began; empty while it starts, and after its end."""
        with suppress(OSError, http.client.HTTPException, ValueError):
            return traffic(self._envoy.ask)
        return Traffic()

    def counters(self) -> Counters:
        """Counters for the metrics since Envoy began; empty while it starts, and after its end."""
        with suppress(OSError, http.client.HTTPException):
            return counters(self._envoy.ask)
        return Counters()

    def group(self, arn: str) -> Group | None:
        """The target group, None when ELBv2 has none of that ARN."""
        return self._current().groups.get(arn)

    def targets(self, group_arn: str) -> list[TargetAddress]:
        """All that the group has, those that are draining too."""
        return self._targets.of(group_arn)

    def register(self, group_arn: str, target: TargetAddress) -> None:
        """Add a target; it is `initial` until a health check has passed."""
        self._targets.register(group_arn, target)

    def deregister(self, group_arn: str, target: TargetAddress) -> None:
        """No new request from now on; `draining` until the deregistration delay is over, then gone."""
        self._targets.deregister(group_arn, target)

    def set_fault(self, group_arn: str, target: TargetAddress, fault: str | None) -> None:
        """Give a target one of `faults.FAULTS` from now on, or none any more."""
        self._targets.set_fault(group_arn, target, fault)

    def health(self, group_arn: str, target: TargetAddress) -> Health | None:
        """None when the group does not have it (any more)."""
        return self._targets.health(group_arn, target)

    def is_balanced(self, group_arn: str) -> bool:
        """True when the group exists and a rule or a default action of a listener uses it."""
        group = self.group(group_arn)
        return group is not None and group.used

    def _current(self) -> RoutingPlan:
        # A rule that was made a moment ago is there: what was told is read first.
        with self._news:
            changes = self._changes
            self._news.wait_for(lambda: self._read >= changes or self._unread or self._is_closed, _READING)
            return self._plan

    def _planned(self, store: LoadBalancerStore) -> RoutingPlan:
        self.slots.keep({each["LoadBalancerArn"] for each in store.load_balancers})
        return plan(store, self.slots.port, self._clock)

    def _restarted(self) -> None:
        with self._news:
            self._tell()

    def _tell(self) -> None:
        self._has_news = True
        self._news.notify_all()

    def _read_changes(self) -> None:
        failures = 0
        while True:
            with self._news:
                self._news.wait_for(lambda: self._is_closed or self._changes > self._read)
                if self._is_closed:
                    return
            time.sleep(_TOGETHER)
            with self._news:
                changes = self._changes
            try:
                store = read(self._client, self._acm)
                new = self._planned(store)
            except (BotoCoreError, ClientError, *UNREADABLE) as error:
                failures += 1
                if failures < _FAILURES:
                    # Something was deleted while it was read, most likely: whoever waits for an answer goes on waiting.
                    continue
                with self._news:
                    unread = (f"ELBv2 cannot be read: {error!r}",)
                    if unread != self._unread:
                        self._unread = unread
                        # The publisher logs it.
                        self._tell()
                    self._news.wait_for(lambda: self._is_closed, _RETRY)
                continue
            failures = 0
            with self._news:
                self._plan, self._store, self._read, self._unread = new, store, changes, ()
                self._targets.know(new.groups)

    def _publish_changes(self) -> None:
        pause: float | None = 0.0
        known: set[str] = set()
        while True:
            with self._news:
                self._news.wait_for(lambda: self._is_closed or self._has_news, pause)
                if self._is_closed:
                    return
                self._has_news = False
                current = self._plan
            pause = self._publisher.round(current)
            with self._news:
                self._settled = current if self._publisher.is_settled and not self._has_news else None
            problems = set(self.problems)
            for problem in sorted(problems - known):
                log.warning("%s", problem)
            known = problems
