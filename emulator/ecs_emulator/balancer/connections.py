"""Connections at listeners of network load balancers: they are passed on as they come, and nobody reads them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ecs_emulator.cloud.rules import target_groups

if TYPE_CHECKING:
    from ecs_emulator.balancer.store import StoredListener

PROTOCOLS = ("TCP", "TLS")
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html
_IDLE = 350.0  # seconds


def idle_timeout(listener: StoredListener) -> float:
    """Seconds for which a connection may be silent."""
    return float(listener.get("Attributes", {}).get("tcp.idle_timeout.seconds", _IDLE))


def forwards(listener: StoredListener, clusters: Mapping[str, str]) -> dict[str, int]:
    """Weight of each cluster that a listener forwards to, by Envoy's name; `clusters` are those names by the target
    group's ARN.
    """
    weights = {
        group["TargetGroupArn"]: int(group.get("Weight", 1))
        for action in listener.get("DefaultActions", [])
        for group in target_groups(action)
    }
    return {clusters[arn]: weight for arn, weight in weights.items() if arn in clusters}
