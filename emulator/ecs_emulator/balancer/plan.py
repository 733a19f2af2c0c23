"""Routing plan of the load balancer, from what ELBv2 holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from ecs_emulator.balancer.actions import ActionContext, action, answer
from ecs_emulator.balancer.clusters import policy
from ecs_emulator.balancer.health import HealthCheckSettings, codes
from ecs_emulator.balancer.matching import EnvoyConfig, UnsupportedCondition, match
from ecs_emulator.balancer.response_headers import response_headers
from ecs_emulator.balancer.store import LoadBalancerStore, is_application
from ecs_emulator.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import ActionOutputTypeDef, RuleTypeDef

    from ecs_emulator.balancer.store import StoredListener, StoredLoadBalancer, StoredTargetGroup

# The application keeps an idle connection for 60 s; the balancer must be the first to close it.
IDLE_UPSTREAM = 55.0
IDLE = 60.0

# Attributes of load balancers, listeners and target groups that are not emulated unless as they are by default.
_DEFAULTS = {
    "routing.http.xff_header_processing.mode": "append",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.response.server.enabled": "true",
    "stickiness.enabled": "false",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}


@dataclass(frozen=True)
class Group:
    """A target group: `name` is Envoy's for it; times are as long as they take here, in seconds."""

    arn: str
    name: str
    port: int  # of a target that is registered without one
    used: bool  # a rule or a default action of the load balancer forwards to it
    delay: float  # after which a target that was deregistered is gone
    policy: EnvoyConfig
    checks: HealthCheckSettings


@dataclass(frozen=True)
class Listener:
    """A listener: the port that ELBv2 knows, the port where it listens here, and its rules as Envoy's routes.

    `response_headers` are those that its attributes put into every answer. For `idle_timeout` seconds, which are not
    shortened, a request or a client's connection may be silent.
    """

    name: str
    port: int
    local_port: int
    protocol: str
    routes: list[EnvoyConfig]
    response_headers: dict[str, str]
    idle_timeout: float = IDLE
    drops_invalid: bool = False


@dataclass(frozen=True)
class RoutingPlan:
    """`problems` are sentences on what cannot be emulated."""

    groups: dict[str, Group] = field(default_factory=dict)  # by ARN
    listeners: tuple[Listener, ...] = ()
    idle_upstream: float = IDLE_UPSTREAM  # seconds
    problems: tuple[str, ...] = ()


def plan(store: LoadBalancerStore, local_port: Callable[[str, int], int], clock: Clock) -> RoutingPlan:
    """Pure. `local_port` gives the port of this machine for a load balancer's ARN and one of its ports."""
    problems: list[str] = []
    emulated = []
    for each in store.load_balancers:
        if is_application(each):
            emulated.append(each)
        else:
            problems.append(f"Application load balancers are emulated; {each['LoadBalancerName']} is none.")
    for balancer in emulated:
        problems += [f"Load balancer: {sentence}" for sentence in _unsupported(balancer["Attributes"])]
    used = {
        arn
        for balancer in emulated
        for listener in balancer["Listeners"]
        for rule in listener["Rules"]
        for arn in _forwarded(rule["Actions"])
    }
    groups = {}
    for described in store.target_groups:
        arn = described["TargetGroupArn"]
        groups[arn] = _group(described, arn in used, clock, problems)
    clusters = {group.arn: group.name for group in groups.values()}
    listeners = [
        listener
        for balancer in emulated
        for listener in _listeners(balancer, partial(local_port, balancer["LoadBalancerArn"]), clusters, problems)
    ]
    idle = min((each.idle_timeout for each in listeners), default=IDLE)
    return RoutingPlan(groups, tuple(listeners), min(idle, IDLE_UPSTREAM), tuple(problems))


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
        if _is_possible(each, ports[int(each["Port"])], problems):
            here = _surroundings(each, ports, clusters, idle)
            yield replace(_listener(each, here, problems), idle_timeout=idle, drops_invalid=drops_invalid)


def _surroundings(
    listener: StoredListener, ports: Mapping[int, int], clusters: Mapping[str, str], idle: float
) -> ActionContext:
    headers = response_headers(listener.get("Attributes", {}))
    return ActionContext(listener["Protocol"], int(listener["Port"]), ports, clusters, idle, headers)


def _unsupported(attributes: dict[str, str]) -> list[str]:
    return [
        f"{name} is always {default}."
        for name, default in _DEFAULTS.items()
        if attributes.get(name, default) != default
    ]


def _is_possible(listener: StoredListener, local_port: int, problems: list[str]) -> bool:
    if 0 < local_port < 65536:
        return True
    problems.append(f"The listener on port {listener['Port']} would need port {local_port} of this machine.")
    return False


def _forwarded(actions: Iterable[ActionOutputTypeDef]) -> Iterator[str]:
    for each in actions:
        if "TargetGroupArn" in each:
            yield each["TargetGroupArn"]
        for group in (each.get("ForwardConfig") or {}).get("TargetGroups", []):
            yield group["TargetGroupArn"]


def _group(described: StoredTargetGroup, used: bool, clock: Clock, problems: list[str]) -> Group:
    arn, name, attributes = described["TargetGroupArn"], described["TargetGroupName"], described["Attributes"]

    def refuse(what: str) -> None:
        problems.append(f"Target group {name}: {what}")

    if described.get("Protocol", "HTTP") != "HTTP" or described.get("ProtocolVersion", "HTTP1") != "HTTP1":
        refuse("its targets are spoken to by HTTP/1.1, whatever its protocol.")
    for sentence in _unsupported(attributes):
        refuse(sentence)
    slow_start = clock.shortened(float(attributes.get("slow_start.duration_seconds", 0)))
    try:
        chosen = policy(attributes.get("load_balancing.algorithm.type", "round_robin"), slow_start)
    except UnsupportedCondition as problem:
        refuse(str(problem))
        chosen = policy("round_robin", slow_start)
    return Group(
        arn=arn,
        # A group that is deleted and made again under its name is another one.
        name=f"{name}-{arn.rpartition('/')[2]}",
        port=int(described.get("Port") or 80),
        used=used,
        delay=clock.shortened(float(attributes.get("deregistration_delay.timeout_seconds", 300))),
        policy=chosen,
        checks=_checks(described, clock, refuse),
    )


def _checks(described: StoredTargetGroup, clock: Clock, refuse: Callable[[str], None]) -> HealthCheckSettings:
    expected = (described.get("Matcher") or {}).get("HttpCode") or "200"
    try:
        codes(expected)
    except ValueError:
        refuse(f"{expected!r} is no list of codes; 200 is taken.")
        expected = "200"
    port = described.get("HealthCheckPort", "traffic-port")
    return HealthCheckSettings.shortened(
        clock,
        path=described.get("HealthCheckPath") or "/",
        port=None if port == "traffic-port" else int(port),
        expected=expected,
        interval=float(described.get("HealthCheckIntervalSeconds", 30)),
        timeout=float(described.get("HealthCheckTimeoutSeconds", 5)),
        healthy=int(described.get("HealthyThresholdCount", 5)),
        unhealthy=int(described.get("UnhealthyThresholdCount", 2)),
    )


def _listener(described: StoredListener, here: ActionContext, problems: list[str]) -> Listener:
    # By the port of this machine, which no other listener has.
    name = f"listener-{here.local_ports[here.port]}"
    problems += [
        f"Listener on port {here.port}: {sentence}" for sentence in _unsupported(described.get("Attributes", {}))
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
    for each in rule["Actions"]:
        if ((each.get("ForwardConfig") or {}).get("TargetGroupStickinessConfig") or {}).get("Enabled"):
            problems.append(f"{which}: stickiness is not emulated.")
    try:
        matched = match(rule["Conditions"])
    except UnsupportedCondition as problem:
        problems.append(f"{which} is left out: {problem}")
        return
    try:
        taken = action(rule["Actions"], here)
    except UnsupportedCondition as problem:
        problems.append(f"{which}: {problem}")
        # Rather than what a rule further down would do.
        taken = answer(501, f"{which}: {problem}\n", "text/plain")
    yield {"match": matched, **taken}
