"""Routing plan of the load balancer, from what ELBv2 holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from ecs_emulator.balancer import connections
from ecs_emulator.balancer.actions import ActionContext, action, answer
from ecs_emulator.balancer.groups import Group, planned_group, unsupported
from ecs_emulator.balancer.matching import EnvoyConfig, UnsupportedCondition, match
from ecs_emulator.balancer.response_headers import response_headers
from ecs_emulator.balancer.store import LoadBalancerStore, is_emulated, is_network
from ecs_emulator.balancer.tls import TlsSettings, settings
from ecs_emulator.clock import Clock
from ecs_emulator.cloud.rules import target_groups

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import ActionOutputTypeDef, RuleTypeDef

    from ecs_emulator.balancer.store import StoredListener, StoredLoadBalancer

# The application keeps an idle connection for 60 s; the balancer must be the first to close it.
IDLE_UPSTREAM = 55.0
IDLE = 60.0
# What is raised where a rule or a listener lacks something, or has something else than AWS tells.
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class Listener:
    """A listener: the port that ELBv2 knows, the port where it listens here, and its rules as Envoy's routes.

    `response_headers` are those that its attributes put into every answer. For `idle_timeout` seconds, which are not
    shortened, a request or a client's connection may be silent. One of protocol HTTPS or TLS has `tls`.
    One of a network load balancer has `forwards` instead of routes: the weights of clusters, by Envoy's name.
    """

    name: str
    port: int
    local_port: int
    protocol: str
    routes: list[EnvoyConfig]
    response_headers: dict[str, str]
    idle_timeout: float = IDLE
    drops_invalid: bool = False
    tls: TlsSettings | None = None
    forwards: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_network(self) -> bool:
        return self.protocol in connections.PROTOCOLS


@dataclass(frozen=True)
class RoutingPlan:
    """`problems` are sentences on what cannot be emulated."""

    groups: dict[str, Group] = field(default_factory=dict)  # by ARN
    listeners: tuple[Listener, ...] = ()
    used: dict[str, frozenset[str]] = field(default_factory=dict)  # ARNs of each load balancer's groups, by its ARN
    idle_upstream: float = IDLE_UPSTREAM  # seconds
    problems: tuple[str, ...] = ()


def plan(store: LoadBalancerStore, local_port: Callable[[str, int], int], clock: Clock) -> RoutingPlan:
    """Pure. `local_port` gives the port of this machine for a load balancer's ARN and one of its ports."""
    problems: list[str] = []
    emulated = []
    for each in store.load_balancers:
        if is_emulated(each):
            emulated.append(each)
        else:
            name = each["LoadBalancerName"]
            problems.append(f"Application and network load balancers are emulated; {name} is neither.")
    for balancer in emulated:
        problems += [f"Load balancer: {sentence}" for sentence in unsupported(balancer["Attributes"])]
    known = {described["TargetGroupArn"] for described in store.target_groups}
    by_balancer = {each["LoadBalancerArn"]: frozenset(_groups(each)) & known for each in emulated}
    used = frozenset[str]().union(*by_balancer.values())
    groups = {}
    for described in store.target_groups:
        arn = described["TargetGroupArn"]
        groups[arn] = planned_group(described, arn in used, clock, problems)
    clusters = {group.arn: group.name for group in groups.values()}
    listeners = [
        listener
        for balancer in emulated
        for listener in _listeners(balancer, partial(local_port, balancer["LoadBalancerArn"]), clusters, problems)
    ]
    idle = min((each.idle_timeout for each in listeners if not each.is_network), default=IDLE)
    return RoutingPlan(groups, tuple(listeners), by_balancer, min(idle, IDLE_UPSTREAM), tuple(problems))


def _listeners(
    balancer: StoredLoadBalancer, local_port: Callable[[int], int], clusters: Mapping[str, str], problems: list[str]
) -> Iterator[Listener]:
    """Those of one load balancer, by port."""
    attributes = balancer["Attributes"]
    idle = float(attributes.get("idle_timeout.timeout_seconds", IDLE))
    drops_invalid = attributes.get("routing.http.drop_invalid_header_fields.enabled") == "true"
    described = sorted(balancer["Listeners"], key=lambda each: int(each["Port"]))
    ports = {int(listener["Port"]): local_port(int(listener["Port"])) for listener in described}
    for each in described:
        try:
            if is_network(balancer):
                yield from _network_listener(each, ports[int(each["Port"])], clusters, attributes, problems)
            elif _is_possible(each, ports[int(each["Port"])], problems):
                here = _surroundings(each, ports, clusters, idle)
                tls = settings(each, attributes) if each["Protocol"] == "HTTPS" else None
                yield replace(_listener(each, here, problems), idle_timeout=idle, drops_invalid=drops_invalid, tls=tls)
        except UNREADABLE as error:
            problems.append(f"The listener on port {each['Port']} is left out: it cannot be read ({error!r}).")


def _network_listener(
    listener: StoredListener,
    local_port: int,
    clusters: Mapping[str, str],
    attributes: Mapping[str, str],
    problems: list[str],
) -> Iterator[Listener]:
    """That of a network load balancer: connections go to the targets of its default action, and nothing is read."""
    port, protocol = int(listener["Port"]), listener["Protocol"]
    if protocol not in connections.PROTOCOLS:
        problems.append(f"The listener on port {port} is left out: {protocol} is not emulated, TCP and TLS are.")
    elif _is_possible(listener, local_port, problems):
        yield Listener(
            f"listener-{local_port}",
            port,
            local_port,
            protocol,
            routes=[],
            response_headers={},
            idle_timeout=connections.idle_timeout(listener),
            tls=settings(listener, attributes) if protocol == "TLS" else None,
            forwards=connections.forwards(listener, clusters),
        )


def _surroundings(
    listener: StoredListener, ports: Mapping[int, int], clusters: Mapping[str, str], idle: float
) -> ActionContext:
    headers = response_headers(listener.get("Attributes", {}))
    return ActionContext(listener["Protocol"], int(listener["Port"]), ports, clusters, idle, headers)


def _is_possible(listener: StoredListener, local_port: int, problems: list[str]) -> bool:
    if 0 < local_port < 65536:
        return True
    problems.append(f"The listener on port {listener['Port']} would need port {local_port} of this machine.")
    return False


def _groups(balancer: StoredLoadBalancer) -> Iterator[str]:
    """The target groups to which a load balancer forwards."""
    for listener in balancer["Listeners"]:
        for rule in listener["Rules"]:
            yield from _forwarded(rule.get("Actions", []))


def _forwarded(actions: Iterable[ActionOutputTypeDef]) -> Iterator[str]:
    for each in actions:
        yield from (group["TargetGroupArn"] for group in target_groups(each))


def _listener(described: StoredListener, here: ActionContext, problems: list[str]) -> Listener:
    # By the port of this machine, which no other listener has.
    name = f"listener-{here.local_ports[here.port]}"
    problems += [
        f"Listener on port {here.port}: {sentence}" for sentence in unsupported(described.get("Attributes", {}))
    ]
    # The default rule has no number.
    rules = sorted(described["Rules"], key=lambda rule: (rule["IsDefault"], _number(rule["Priority"])))
    routes = [route for rule in rules for route in _routes(rule, here, problems)]
    return Listener(name, here.port, here.local_ports[here.port], here.protocol, routes, dict(here.response_headers))


def _number(priority: str) -> int:
    return int(priority) if priority.isdigit() else 0


def _routes(rule: RuleTypeDef, here: ActionContext, problems: list[str]) -> Iterator[EnvoyConfig]:
    which = f"Rule {rule['Priority']} of the listener on port {here.port}"
    if rule.get("Transforms"):
        problems.append(f"{which}: transforms are not emulated.")
    for each in rule.get("Actions", []):
        if ((each.get("ForwardConfig") or {}).get("TargetGroupStickinessConfig") or {}).get("Enabled"):
            problems.append(f"{which}: stickiness is not emulated.")
    try:
        matched = match(rule["Conditions"])
    except (UnsupportedCondition, *UNREADABLE) as problem:
        problems.append(f"{which} is left out: {_sentence(problem)}")
        return
    try:
        taken = action(rule.get("Actions", []), here)
    except (UnsupportedCondition, *UNREADABLE) as problem:
        problems.append(f"{which}: {_sentence(problem)}")
        # Rather than what a rule further down would do.
        taken = answer(501, f"{which}: {_sentence(problem)}\n", "text/plain")
    yield {"match": matched, **taken}


def _sentence(problem: Exception) -> str:
    return str(problem) if isinstance(problem, UnsupportedCondition) else f"It cannot be read ({problem!r})."
