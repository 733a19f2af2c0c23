"""Snapshot publisher: the plan and the targets for Envoy, in an order in which no request meets what is not there."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass

from ecs_emulator.authority import CertificateAuthority
from ecs_emulator.balancer.clusters import cluster, endpoints
from ecs_emulator.balancer.envoy import Envoy
from ecs_emulator.balancer.listeners import listener, route_configuration, tcp_listener
from ecs_emulator.balancer.matching import EnvoyConfig
from ecs_emulator.balancer.plan import Listener, RoutingPlan
from ecs_emulator.balancer.targets import TargetTable
from ecs_emulator.balancer.tls import transport_socket

_LOOK = 0.01  # seconds between two looks whether Envoy has taken what it was offered
_RETRY = 1.0  # seconds after which what failed is tried again


@dataclass(frozen=True)
class OpenListener:
    """A listener that takes requests: the port that ELBv2 knows, the one of this machine, and its protocol."""

    port: int
    local_port: int
    protocol: str = "HTTP"

    @property
    def url(self) -> str:
        """Its address on this machine; what takes connections is taken to speak HTTP, as most services do."""
        return f"{'https' if self.protocol in ('HTTPS', 'TLS') else 'http'}://localhost:{self.local_port}"


class SnapshotPublisher:
    """Not for more than one thread. `open` and `obstacles` (sentences) are as of the last round.

    `open` is empty while there is no Envoy that has taken what it was offered.
    """

    def __init__(self, envoy: Envoy, targets: TargetTable, authority: CertificateAuthority) -> None:
        self._envoy = envoy
        self._authority = authority
        self._targets = targets
        self._clusters: dict[str, EnvoyConfig] = {}  # by name; those too that go when no route names them any more
        self._listeners: dict[str, Listener] = {}  # those whose port is ours
        self._taken: dict[str, int] = {}
        self._blocked: list[str] = []  # sentences on ports in use
        self._open: tuple[OpenListener, ...] = ()
        self._starts = envoy.starts
        self._has_served = False  # has this process of Envoy once taken all that it was offered?
        self.obstacles: tuple[str, ...] = ()
        self.is_settled = False  # had Envoy taken all that it was offered, as of the last round?

    @property
    def serves(self) -> bool:
        """True when Envoy is there, and has taken what it was offered when it started."""
        return self._has_served and self._starts == self._envoy.starts and not self._envoy.has_ended()

    @property
    def has_ports(self) -> bool:
        """True when any listener has its port."""
        return bool(self._listeners)

    @property
    def open(self) -> tuple[OpenListener, ...]:
        return self._open if self.serves else ()

    def round(self, plan: RoutingPlan) -> float | None:
        """Offer what has changed and see what was taken; the seconds after which to come back even without news."""
        self._offer_endpoints(plan)
        self._clusters |= {
            group.name: cluster(group.name, group.policy, plan.idle_upstream, self._envoy.path(_endpoints(group.name)))
            for group in plan.groups.values()
        }
        self._envoy.offer("clusters", list(self._clusters.values()))
        self._look()
        if self._is_taken("clusters") and all(self._taken.get(f"cluster.{name}") for name in self._clusters):
            self._offer_routes(plan)
            if all(map(self._has_routes, self._listeners)):
                self._forget_clusters({group.name for group in plan.groups.values()})
        self._end_drained(plan)
        self.is_settled = not self._outstanding()
        self._has_served = self._has_served or self.is_settled
        self._open = tuple(
            OpenListener(each.port, each.local_port, each.protocol)
            for each in self._listeners.values()
            if self._is_taken("listeners") and self._has_routes(each.name)
        )
        self.obstacles = (*self._blocked, *self._envoys_obstacles())
        return self._pause()

    def _offer_endpoints(self, plan: RoutingPlan) -> None:
        for group in plan.groups.values():
            receiving, leaving = self._targets.split(group.arn)
            version = self._envoy.offer(_endpoints(group.name), [endpoints(group.name, receiving)])
            self._targets.offered(group.arn, leaving, version)

    def _offer_routes(self, plan: RoutingPlan) -> None:
        self._blocked = []
        for each in plan.listeners:
            if not each.is_network:
                routes = route_configuration(each.name, each.routes, each.response_headers)
                self._envoy.offer(_routes(each.name), [routes])
            if each.name not in self._listeners and _is_in_use(each.local_port):
                self._blocked.append(
                    f"Port {each.local_port}, for the listener on port {each.port}, is in use. Stop what uses it."
                )
            else:
                self._listeners[each.name] = each
        for name in set(self._listeners) - {each.name for each in plan.listeners}:
            del self._listeners[name]
        self._envoy.offer("listeners", [self._configured(each) for each in self._listeners.values()])

    def _configured(self, each: Listener) -> EnvoyConfig:
        tls = transport_socket(each.tls, self._authority) if each.tls else None
        if each.is_network:
            return tcp_listener(each.name, each.local_port, each.idle_timeout, each.forwards, tls)
        routes = self._envoy.path(_routes(each.name))
        return listener(each.name, each.local_port, each.protocol, each.idle_timeout, each.drops_invalid, routes, tls)

    def _has_routes(self, name: str) -> bool:
        """True when Envoy has taken the routes of a listener, or it has none."""
        return self._listeners[name].is_network or self._is_taken(_routes(name))

    def _end_drained(self, plan: RoutingPlan) -> None:
        for group in plan.groups.values():
            name = _endpoints(group.name)
            given_up = self._envoy.is_overdue(name) or self._envoy.has_ended()
            # An Envoy that does not answer must not keep a task from its end.
            version = self._envoy.version(name) if given_up else self._taken.get(_statistic(name), 0)
            self._targets.taken(group.arn, version)

    def _forget_clusters(self, needed: set[str]) -> None:
        for name in set(self._clusters) - needed:
            del self._clusters[name]
            self._envoy.forget(_endpoints(name))
            self._taken.pop(f"cluster.{name}", None)
        self._envoy.offer("clusters", list(self._clusters.values()))

    def _look(self) -> None:
        if self._starts != self._envoy.starts:
            # A new process has taken nothing yet.
            self._starts, self._taken, self._has_served = self._envoy.starts, {}, False
        if self._outstanding():
            self._taken |= self._envoy.taken()

    def _outstanding(self) -> list[str]:
        return [name for name in self._offered() if not self._is_taken(name)]

    def _offered(self) -> list[str]:
        routed = [name for name, each in self._listeners.items() if not each.is_network]
        offered = ["clusters", "listeners", *map(_endpoints, self._clusters), *map(_routes, routed)]
        return [name for name in offered if self._envoy.version(name)]

    def _is_taken(self, name: str) -> bool:
        return self._taken.get(_statistic(name), 0) == self._envoy.version(name)

    def _envoys_obstacles(self) -> list[str]:
        if self._envoy.has_ended():
            return [f"Envoy has ended; {self._envoy.log} says why."]
        overdue = [name for name in self._outstanding() if self._envoy.is_overdue(name)]
        return [f"Envoy does not take the new {name}; {self._envoy.log} says why." for name in overdue]

    def _pause(self) -> float | None:
        pauses = []
        if self.obstacles:
            pauses.append(_RETRY)
        if not self._envoy.has_ended() and any(not self._envoy.is_overdue(name) for name in self._outstanding()):
            pauses.append(_LOOK)
        if (gone := self._targets.sweep()) is not None:
            pauses.append(max(0.0, gone - time.monotonic()))
        return min(pauses, default=None)


def _endpoints(name: str) -> str:
    return f"endpoints-{name}"


def _routes(name: str) -> str:
    return f"routes-{name}"


def _statistic(name: str) -> str:
    """Where Envoy says which version of a file it has taken."""
    kind, _, rest = name.partition("-")
    return {
        "clusters": "cluster_manager.cds",
        "listeners": "listener_manager.lds",
        "endpoints": f"cluster.{rest}",
        "routes": f"http.{rest}.rds.{rest}",
    }[kind]


def _is_in_use(port: int) -> bool:
    # A bind alone would not do: servers with SO_REUSEPORT share a port in silence.
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return True
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
