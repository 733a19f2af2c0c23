"""Metrics of AWS/ApplicationELB, out of what Envoy has counted and the health checks know; of AWS/NetworkELB, health.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from ecs_emulator.balancer.balancer import Balancer
from ecs_emulator.balancer.counters import Counters, Counts
from ecs_emulator.balancer.groups import Group
from ecs_emulator.cloud.metrics import Datum, Dimensions, Metric

NAMESPACE, NETWORK = "AWS/ApplicationELB", "AWS/NetworkELB"
# Answers that Envoy gives for a target which gave none, and counts among the target's.
_OWN = ("rq_rx_reset", "rq_pending_failure_eject", "rq_timeout", "cx_none_healthy")
_CLASSES = ("2xx", "3xx", "4xx", "5xx")
_SAMPLES = 1000  # of response times in a reading: what is beyond is left out evenly


class LoadBalancerMetrics:
    """Readings of a balancer's metrics, each of what has happened since the one before."""

    def __init__(self, balancer: Balancer) -> None:
        self._balancer = balancer
        self._before = Counters()

    def read(self, now: float) -> Iterator[Datum]:
        """Data at a time in seconds since the epoch. Counts that are nothing are left out, as on AWS."""
        after, before = self._balancer.counters(), self._before
        if not after.listeners:
            return
        self._before = after
        store, plan = self._balancer.planned()
        for balancer in store.load_balancers:
            arn = balancer["LoadBalancerArn"]
            own = (("LoadBalancer", _short(arn)),)
            groups = [plan.groups[each] for each in sorted(plan.used.get(arn, ()))]
            if balancer.get("Type") == "network":
                for group in groups:
                    yield from _of_hosts(NETWORK, (*own, _dimension(group)), now, self._states(group))
                continue
            total: Counter[str] = Counter()
            times: list[float] = []
            for group in groups:
                counts = _since(before.groups.get(group.name, {}), after.groups.get(group.name, {}))
                spent = _times(before.latencies.get(group.name, {}), after.latencies.get(group.name, {}))
                total.update(counts)
                times += spent
                dimensions = (*own, _dimension(group))
                yield from _of_targets(dimensions, now, counts, spent)
                states = self._states(group)
                yield from _of_hosts(NAMESPACE, dimensions, now, states)
                if states["healthy"] and (requests := counts.get("rq_total")):
                    for each in (dimensions, dimensions[1:]):
                        metric = Metric(NAMESPACE, "RequestCountPerTarget", each)
                        yield Datum(metric, now, [requests / states["healthy"]], "Count")
            yield from _of_targets(own, now, total, times)
            listeners = [f"listener-{self._balancer.slots.port(arn, int(each['Port']))}"
                         for each in balancer.get("Listeners", [])]  # fmt: skip
            answered: Counter[str] = Counter()
            for name in listeners:
                answered.update(_since(before.listeners.get(name, {}), after.listeners.get(name, {})))
            for kind in _CLASSES[1:]:
                count = answered[f"rq_{kind}"] - _by_targets(kind, total)
                yield from _count(f"HTTPCode_ELB_{kind.upper()}_Count", own, now, count)

    def _states(self, group: Group) -> Counter[str]:
        """How many of a group's targets are in each state."""
        return Counter(
            health.state
            for each in self._balancer.targets(group.arn)
            if (health := self._balancer.health(group.arn, each))
        )


def _of_hosts(namespace: str, dimensions: Dimensions, now: float, states: Counter[str]) -> Iterator[Datum]:
    if states:
        for name, state in (("HealthyHostCount", "healthy"), ("UnHealthyHostCount", "unhealthy")):
            yield Datum(Metric(namespace, name, dimensions), now, [states[state]], "Count")


def _dimension(group: Group) -> tuple[str, str]:
    return ("TargetGroup", group.arn.rpartition(":")[2])


def _of_targets(dimensions: Dimensions, now: float, counts: Counts, times: list[float]) -> Iterator[Datum]:
    yield from _count("RequestCount", dimensions, now, counts.get("rq_total", 0))
    for kind in _CLASSES:
        yield from _count(f"HTTPCode_Target_{kind.upper()}_Count", dimensions, now, _by_targets(kind, counts))
    if times:
        step = max(1.0, len(times) / _SAMPLES)
        kept = [times[int(number * step)] for number in range(int(len(times) / step))]
        yield Datum(Metric(NAMESPACE, "TargetResponseTime", dimensions), now, kept, "Seconds")


def _by_targets(kind: str, counts: Counts) -> int:
    """Answers of a class that targets gave themselves."""
    count = counts.get(f"rq_{kind}", 0)
    return max(0, count - sum(counts.get(each, 0) for each in _OWN)) if kind == "5xx" else count


def _count(name: str, dimensions: Dimensions, now: float, count: int) -> Iterator[Datum]:
    if count > 0:
        yield Datum(Metric(NAMESPACE, name, dimensions), now, [count], "Count")


def _since(before: Counts, after: Counts) -> dict[str, int]:
    """What was counted between two readings; an Envoy that is new has begun at nothing."""
    has_begun = any(after.get(name, 0) < count for name, count in before.items())
    return {name: count - (0 if has_begun else before.get(name, 0)) for name, count in after.items()}


def _times(before: Mapping[float, int], after: Mapping[float, int]) -> list[float]:
    """Seconds of each request that was answered between two readings, spread evenly between two bounds."""
    began = {} if any(after.get(bound, 0) < count for bound, count in before.items()) else before
    found: list[float] = []
    lower, below = 0.0, 0
    for bound, count in sorted((bound, count - began.get(bound, 0)) for bound, count in after.items()):
        new = count - below
        found += [(lower + (bound - lower) * (number + 0.5) / new) / 1000 for number in range(new)]
        lower, below = bound, count
    return found


def _short(arn: str) -> str:
    """Kind, name and id, as the metrics name a load balancer."""
    return arn.partition(":loadbalancer/")[2]
