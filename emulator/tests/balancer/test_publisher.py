"""In which order Envoy is told, and what waits for its word. Its word is ours here."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ecs_emulator.authority import CertificateAuthority
from ecs_emulator.balancer import targets
from ecs_emulator.balancer.envoy import Envoy
from ecs_emulator.balancer.plan import RoutingPlan, plan
from ecs_emulator.balancer.publisher import SnapshotPublisher
from ecs_emulator.balancer.slots import Slots
from ecs_emulator.balancer.store import LoadBalancerStore
from ecs_emulator.balancer.targets import TargetTable
from ecs_emulator.clock import Clock
from ecs_emulator.ports import free_ports
from ecs_emulator.scheduler.interfaces import TargetAddress
from emulator.tests.balancer.test_plan import FORWARD, a_balancer, a_group, a_listener, a_rule, path

ONE, TWO = TargetAddress("127.0.0.1", 1), TargetAddress("127.0.0.1", 2)
GROUP = "arn:group/g/1"


class Listening:
    """An Envoy that takes what it is offered when a test says so."""

    log = Path("envoy.log")
    starts = 1

    def __init__(self) -> None:
        self.offers: dict[str, Sequence[Mapping[str, Any]]] = {"listeners": [], "clusters": []}
        self.versions = {"listeners": 1, "clusters": 1}
        self._taken: dict[str, int] = {}
        self.overdue: set[str] = set()

    def offer(self, name: str, resources: Sequence[Mapping[str, Any]]) -> int:
        if self.offers.get(name) != resources:
            self.offers[name] = resources
            self.versions[name] = self.versions.get(name, 0) + 1
        return self.versions[name]

    def take(self, *names: str) -> None:
        for name in names or tuple(self.versions):
            statistic = {"listeners": "listener_manager.lds", "clusters": "cluster_manager.cds"}.get(name)
            kind, _, rest = name.partition("-")
            statistic = statistic or (f"cluster.{rest}" if kind == "endpoints" else f"http.{rest}.rds.{rest}")
            self._taken[statistic] = self.versions[name]

    def taken(self) -> dict[str, int]:
        return dict(self._taken)

    def version(self, name: str) -> int:
        return self.versions.get(name, 0)

    def forget(self, name: str) -> None:
        del self.offers[name], self.versions[name]

    def is_overdue(self, name: str) -> bool:
        return name in self.overdue

    def has_ended(self) -> bool:
        return False

    def path(self, name: str) -> Path:
        return Path(name)


class Told:
    def __init__(self, table: TargetTable) -> None:
        self.envoy = Listening()
        self.table = table
        self.publisher = SnapshotPublisher(cast("Envoy", self.envoy), table, cast("CertificateAuthority", None))
        [self.port] = free_ports(1)

    def plan(self, *rules: dict[str, Any], groups: Sequence[str] = ("g",)) -> RoutingPlan:
        made = [a_group(name, {"deregistration_delay.timeout_seconds": "0"}) for name in groups]
        new = plan(LoadBalancerStore([a_balancer(a_listener(*rules))], made), Slots(self.port).port, Clock())
        self.table.know(new.groups)
        return new

    def endpoints(self) -> list[int]:
        [assignment] = self.envoy.offers["endpoints-g-1"]
        addresses = [
            each["endpoint"]["address"]["socket_address"] for each in assignment["endpoints"][0]["lb_endpoints"]
        ]
        return [address["port_value"] for address in addresses]


@pytest.fixture
def told() -> Iterator[Told]:
    with closing(TargetTable(threading.Condition(threading.RLock()), lambda: None)) as table:
        yield Told(table)


def test_routes_wait_until_their_clusters_are_there(told: Told) -> None:
    rules = told.plan(a_rule(1, FORWARD, **path("/a")))
    told.publisher.round(rules)
    assert [cluster["name"] for cluster in told.envoy.offers["clusters"]] == ["g-1"]
    assert f"routes-listener-{told.port}" not in told.envoy.offers
    told.envoy.take("clusters")
    told.publisher.round(rules)
    # The cluster is known, but not yet who is in it.
    assert f"routes-listener-{told.port}" not in told.envoy.offers
    told.envoy.take("endpoints-g-1")
    told.publisher.round(rules)
    assert f"routes-listener-{told.port}" in told.envoy.offers
    assert [listener["name"] for listener in told.envoy.offers["listeners"]] == [f"listener-{told.port}"]


def test_a_cluster_stays_until_no_route_names_it(told: Told) -> None:
    before = told.plan(a_rule(1, FORWARD, **path("/a")), groups=("g", "h"))
    for _ in range(3):
        told.publisher.round(before)
        told.envoy.take()
    # Its rule and its group go together, and another group comes.
    after = told.plan(groups=("h", "i"))
    for _ in range(2):
        told.publisher.round(after)
        assert "g-1" in [cluster["name"] for cluster in told.envoy.offers["clusters"]]
        told.envoy.take("clusters", "endpoints-i-1")
    told.envoy.take()
    told.publisher.round(after)
    assert [cluster["name"] for cluster in told.envoy.offers["clusters"]] == ["h-1", "i-1"]
    assert "endpoints-g-1" not in told.envoy.offers


def test_a_target_drains_from_the_moment_in_which_envoy_knows(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=1_000.0)
    monkeypatch.setattr(targets, "time", SimpleNamespace(monotonic=lambda: clock.now))
    rules = told.plan(a_rule(1, FORWARD, **path("/a")))
    told.table.register(GROUP, ONE)
    told.table.register(GROUP, TWO)
    for _ in range(3):
        told.publisher.round(rules)
        told.envoy.take()
    told.publisher.round(rules)
    assert told.endpoints() == [1, 2]
    told.table.deregister(GROUP, TWO)
    told.publisher.round(rules)
    assert told.endpoints() == [1]
    # However long that takes: its delay of 0 s has not begun.
    assert told.table.sweep() is None
    told.envoy.take()
    told.publisher.round(rules)
    # And its threads are given a moment more.
    assert told.table.sweep() == clock.now + targets.SETTLING
    assert told.table.of(GROUP) == [ONE, TWO]
    clock.now += targets.SETTLING
    assert told.table.sweep() is None
    assert told.table.of(GROUP) == [ONE]


def test_an_envoy_that_does_not_answer_keeps_no_target(told: Told) -> None:
    rules = told.plan(a_rule(1, FORWARD, **path("/a")))
    told.table.register(GROUP, ONE)
    told.publisher.round(rules)
    told.table.deregister(GROUP, ONE)
    told.publisher.round(rules)
    assert told.table.sweep() is None
    told.envoy.overdue.add("endpoints-g-1")
    told.publisher.round(rules)
    assert told.table.sweep() is not None
    assert told.publisher.obstacles == ("Envoy does not take the new endpoints-g-1; envoy.log says why.",)
