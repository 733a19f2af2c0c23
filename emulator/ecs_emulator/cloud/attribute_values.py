"""Values of attributes of load balancers, listeners and target groups: others are refused, in ELBv2's words.

What the load balancer could not read would keep it from whatever is changed afterwards.
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html,
…/API_ListenerAttribute.html and …/API_TargetGroupAttribute.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ecs_emulator.cloud.errors import AwsError

# Words that a value may be, and numbers.
Allowed = tuple[tuple[str, ...], range]

_NONE = range(0)
_TRUTH: Allowed = (("true", "false"), _NONE)
_WEEK: Allowed = ((), range(1, 604_801))  # seconds
_PERCENT: Allowed = (("off",), range(1, 101))
_TARGETS = range(1, 1_001)  # of an application load balancer's group

_VALUES: dict[str, Allowed] = {
    "client_keep_alive.seconds": ((), range(60, 604_801)),
    "deregistration_delay.timeout_seconds": ((), range(3_601)),
    "dns_record.client_routing_policy": (
        ("availability_zone_affinity", "partial_availability_zone_affinity", "any_availability_zone"),
        _NONE,
    ),
    "idle_timeout.timeout_seconds": ((), range(1, 4_001)),
    "load_balancing.algorithm.anomaly_mitigation": (("on", "off"), _NONE),
    "load_balancing.algorithm.type": (("round_robin", "least_outstanding_requests", "weighted_random"), _NONE),
    "routing.http.desync_mitigation_mode": (("monitor", "defensive", "strictest"), _NONE),
    "routing.http.xff_header_processing.mode": (("append", "preserve", "remove"), _NONE),
    "slow_start.duration_seconds": (("0",), range(30, 901)),
    "stickiness.app_cookie.duration_seconds": _WEEK,
    "stickiness.lb_cookie.duration_seconds": _WEEK,
    "target_group_health.dns_failover.minimum_healthy_targets.count": (("off",), _TARGETS),
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": _PERCENT,
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": ((), _TARGETS),
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": _PERCENT,
    "target_health_state.unhealthy.draining_interval_seconds": ((), range(360_001)),
    "tcp.idle_timeout.seconds": ((), range(60, 6_001)),
}


def allowed(key: str, is_target_group: bool = False) -> Allowed | None:
    """Values that an attribute may have; None where any text will do."""
    if key == "load_balancing.cross_zone.enabled" and is_target_group:
        return ("true", "false", "use_load_balancer_configuration"), _NONE
    return _VALUES.get(key, _TRUTH if key.endswith(".enabled") else None)


def given(attributes: Iterable[Any]) -> dict[str, str]:
    """Attributes of a request by their keys. Raises AwsError for one that comes twice."""
    values: dict[str, str] = {}
    for each in attributes:
        key = each.get("Key", "")
        if key in values:
            raise AwsError("InvalidConfigurationRequest", f"Attribute key '{key}' is specified more than once")
        values[key] = each.get("Value", "")
    return values


def check_values(values: Mapping[str, str], is_target_group: bool = False) -> None:
    """Raises AwsError for a value that its attribute cannot have."""
    for key, value in values.items():
        if problem := wrong_value(key, value, is_target_group):
            raise AwsError("ValidationError", problem)


def wrong_value(key: str, value: str, is_target_group: bool = False) -> str:
    """Message of ELBv2 on a value that an attribute cannot have; empty for one that it can."""
    one = allowed(key, is_target_group)
    if one is None:
        return ""
    words, numbers = one
    if value in words or (value.isascii() and value.isdecimal() and int(value) in numbers):
        return ""
    return f"'{key}' value '{value}' must be {_range(words, numbers)}"


def _range(words: tuple[str, ...], numbers: range) -> str:
    some = f"one of [{', '.join(words)}]" if len(words) > 1 else f"'{words[0]}'" if words else ""
    between = f"between '{numbers[0]}-{numbers[-1]}' inclusive" if numbers else ""
    return " or ".join(filter(None, (some, between)))
