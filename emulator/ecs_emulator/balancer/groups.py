"""Target groups of a routing plan, with their health checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecs_emulator.balancer.clusters import policy
from ecs_emulator.balancer.health import HealthCheckSettings, codes
from ecs_emulator.balancer.matching import EnvoyConfig, UnsupportedCondition
from ecs_emulator.clock import Clock

if TYPE_CHECKING:
    from ecs_emulator.balancer.store import StoredTargetGroup

# Attributes of load balancers, listeners and target groups that are not emulated unless as they are by default.
_DEFAULTS = {
    "proxy_protocol_v2.enabled": "false",
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
    target_type: str  # `ip` or `instance`
    used: bool  # a rule or a default action of the load balancer forwards to it
    delay: float  # after which a target that was deregistered is gone
    policy: EnvoyConfig
    checks: HealthCheckSettings


def unsupported(attributes: Mapping[str, str]) -> list[str]:
    """Sentences on the attributes that are not as they always are here."""
    return [
        f"{name} is always {default}."
        for name, default in _DEFAULTS.items()
        if attributes.get(name, default) != default
    ]


def planned_group(described: StoredTargetGroup, used: bool, clock: Clock, problems: list[str]) -> Group:
    """The target group that ELBv2 describes; sentences on what of it cannot be emulated are added to `problems`."""
    arn, name, attributes = described["TargetGroupArn"], described["TargetGroupName"], described["Attributes"]

    def refuse(what: str) -> None:
        problems.append(f"Target group {name}: {what}")

    protocol = described.get("Protocol", "HTTP")
    if protocol not in ("HTTP", "TCP") or (described.get("ProtocolVersion") or "HTTP1") != "HTTP1":
        refuse("its targets are spoken to by HTTP/1.1, whatever its protocol.")
    for sentence in unsupported(attributes):
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
        target_type=described.get("TargetType") or "instance",
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
    protocol = described.get("HealthCheckProtocol") or described.get("Protocol", "HTTP")
    if protocol not in ("HTTP", "TCP") and "HealthCheckProtocol" in described:
        refuse(f"its health checks are made by HTTP, not by {protocol}.")
    port = described.get("HealthCheckPort", "traffic-port")
    return HealthCheckSettings.shortened(
        clock,
        protocol="TCP" if protocol == "TCP" else "HTTP",
        path=described.get("HealthCheckPath") or "/",
        port=None if port == "traffic-port" else int(port),
        expected=expected,
        interval=float(described.get("HealthCheckIntervalSeconds", 30)),
        timeout=float(described.get("HealthCheckTimeoutSeconds", 5)),
        healthy=int(described.get("HealthyThresholdCount", 5)),
        unhealthy=int(described.get("UnhealthyThresholdCount", 2)),
    )
