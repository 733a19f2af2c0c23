"""Clusters of Envoy: target groups and their targets."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ecs_emulator.balancer.listeners import TYPES, from_file, seconds
from ecs_emulator.balancer.matching import EnvoyConfig, UnsupportedCondition
from ecs_emulator.balancer.reach import is_reached
from ecs_emulator.scheduler.interfaces import TargetAddress

_PLENTY = 1_000_000_000  # no limit: the ALB has none that a laptop would reach


def cluster(name: str, policy: EnvoyConfig, idle_timeout: float, endpoints: Path) -> EnvoyConfig:
    """Envoy's Cluster for a target group; `endpoints` is the file with its targets."""
    limits = {"max_connections": _PLENTY, "max_pending_requests": _PLENTY, "max_requests": _PLENTY}
    return {
        "@type": f"{TYPES}.config.cluster.v3.Cluster",
        "name": name,
        "type": "EDS",
        "eds_cluster_config": {"eds_config": from_file(endpoints)},
        "connect_timeout": "10s",
        "load_balancing_policy": {"policies": [{"typed_extension_config": policy}]},
        # Which targets get requests is decided here, not by Envoy.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        "circuit_breakers": {"thresholds": [limits]},
        "typed_extension_protocol_options": {
            f"{TYPES.split('/')[1]}.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": f"{TYPES}.extensions.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config": {"http_protocol_options": {}},
                # Below the target's own: it would close a connection just as a request comes along it.
                "common_http_protocol_options": {"idle_timeout": seconds(idle_timeout)},
            }
        },
    }


def policy(algorithm: str, slow_start: float) -> EnvoyConfig:
    """Envoy's policy for `load_balancing.algorithm.type`; a new target's share grows for `slow_start` seconds.

    Raises UnsupportedCondition.
    """
    kinds: dict[str, tuple[str, EnvoyConfig]] = {
        "round_robin": ("round_robin.v3.RoundRobin", {}),
        # The one with the fewest of all, not of two drawn by lot.
        "least_outstanding_requests": ("least_request.v3.LeastRequest", {"selection_method": "FULL_SCAN"}),
        "weighted_random": ("random.v3.Random", {}),
    }
    if algorithm not in kinds:
        raise UnsupportedCondition(f"The algorithm {algorithm} is not emulated.")
    kind, settings = kinds[algorithm]
    if slow_start and algorithm == "round_robin":
        settings = {"slow_start_config": {"slow_start_window": seconds(slow_start)}}
    name = f"{TYPES}.extensions.load_balancing_policies.{kind}"
    return {"name": algorithm, "typed_config": {"@type": name, **settings}}


def endpoints(name: str, targets: Iterable[TargetAddress]) -> EnvoyConfig:
    """Envoy's ClusterLoadAssignment: the targets that get requests, of those that are within reach."""
    reached = sorted(filter(is_reached, targets))
    addresses = [{"socket_address": {"address": target.id, "port_value": target.port}} for target in reached]
    return {
        "@type": f"{TYPES}.config.endpoint.v3.ClusterLoadAssignment",
        "cluster_name": name,
        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}} for address in addresses]}],
    }
