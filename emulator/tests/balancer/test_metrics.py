"""Metrics of load balancers, out of Envoy's counters."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ecs_emulator.balancer.balancer import Balancer
from ecs_emulator.balancer.counters import counters
from ecs_emulator.balancer.metrics import LoadBalancerMetrics
from ecs_emulator.scheduler.interfaces import Health, TargetAddress

LB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/lb/0123"
GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/4567"
OF_LB = (("LoadBalancer", LB.partition("loadbalancer/")[2]),)
OF_GROUP = (*OF_LB, ("TargetGroup", "targetgroup/web/4567"))


def stats(total: int, ok: int, failed: int, reset: int, at_listener: int, within: str = "") -> str:
    return f"""\
cluster.web-4567.upstream_cx_none_healthy: 0
cluster.web-4567.upstream_rq_2xx: {ok}
cluster.web-4567.upstream_rq_5xx: {failed}
cluster.web-4567.upstream_rq_rx_reset: {reset}
cluster.web-4567.upstream_rq_total: {total}
http.listener-8000.downstream_rq_5xx: {at_listener}
cluster.web-4567.upstream_rq_time: {within or "No recorded values"}
"""


class StandIn:
    """A balancer with one group of three targets, whose Envoy says `text`."""

    def __init__(self) -> None:
        self.text = stats(0, 0, 0, 0, 0)
        self.slots = SimpleNamespace(port=lambda _arn, port: 7920 + port)
        self.states = ["healthy", "healthy", "unhealthy"]

    def counters(self) -> Any:
        return counters(lambda _path: self.text)

    def planned(self) -> Any:
        group = SimpleNamespace(name="web-4567", arn=GROUP)
        store = SimpleNamespace(load_balancers=[{"LoadBalancerArn": LB, "Listeners": [{"Port": 80}]}])
        return store, SimpleNamespace(groups={GROUP: group}, used={LB: {GROUP}})

    def targets(self, _group: str) -> list[TargetAddress]:
        return [TargetAddress("127.0.0.1", number) for number in range(len(self.states))]

    def health(self, _group: str, target: TargetAddress) -> Health:
        return Health(self.states[target.port])  # type: ignore[arg-type]


@pytest.fixture
def balancer() -> StandIn:
    return StandIn()


@pytest.fixture
def metrics(balancer: StandIn) -> LoadBalancerMetrics:
    return LoadBalancerMetrics(cast(Balancer, balancer))


def read(metrics: LoadBalancerMetrics) -> dict[tuple[str, Any], list[float]]:
    found: dict[tuple[str, Any], list[float]] = defaultdict(list)
    for datum in metrics.read(1000.0):
        found[datum.metric.name, datum.metric.dimensions] += list(datum.values)
    return found


def test_requests_and_answers_are_those_since_the_reading_before(
    balancer: StandIn, metrics: LoadBalancerMetrics
) -> None:
    balancer.text = stats(total=10, ok=7, failed=3, reset=2, at_listener=4)
    found = read(metrics)
    assert found["RequestCount", OF_LB] == found["RequestCount", OF_GROUP] == [10]
    assert found["HTTPCode_Target_2XX_Count", OF_GROUP] == [7]
    assert found["RequestCountPerTarget", OF_GROUP[1:]] == [5]
    balancer.text = stats(total=15, ok=12, failed=3, reset=2, at_listener=4)
    again = read(metrics)
    assert again["RequestCount", OF_LB] == again["HTTPCode_Target_2XX_Count", OF_LB] == [5]
    assert not [name for name, _ in again if "5XX" in name]


def test_an_answer_for_a_target_that_gave_none_is_the_load_balancer_s(
    balancer: StandIn, metrics: LoadBalancerMetrics
) -> None:
    balancer.text = stats(total=10, ok=7, failed=3, reset=2, at_listener=4)
    found = read(metrics)
    assert found["HTTPCode_Target_5XX_Count", OF_GROUP] == [1]
    assert found["HTTPCode_ELB_5XX_Count", OF_LB] == [3]


def test_an_envoy_that_is_new_has_begun_at_nothing(balancer: StandIn, metrics: LoadBalancerMetrics) -> None:
    balancer.text = stats(total=10, ok=10, failed=0, reset=0, at_listener=0)
    read(metrics)
    balancer.text = stats(total=4, ok=4, failed=0, reset=0, at_listener=0)
    assert read(metrics)["RequestCount", OF_LB] == [4]


def test_hosts_are_counted_by_their_health(balancer: StandIn, metrics: LoadBalancerMetrics) -> None:
    found = read(metrics)
    assert (found["HealthyHostCount", OF_GROUP], found["UnHealthyHostCount", OF_GROUP]) == ([2], [1])
    balancer.states = []
    assert not read(metrics)


def test_response_times_are_seconds_within_envoy_s_bounds(balancer: StandIn, metrics: LoadBalancerMetrics) -> None:
    balancer.text = stats(4, 4, 0, 0, 0, within="B0.5(0,0) B1(0,1) B5(3,4) B10(3,4)")
    assert read(metrics)["TargetResponseTime", OF_GROUP] == pytest.approx(
        [0.00075, 0.0016667, 0.003, 0.0043333], rel=1e-3
    )


def test_of_many_response_times_some_are_kept_evenly(balancer: StandIn, metrics: LoadBalancerMetrics) -> None:
    balancer.text = stats(5000, 5000, 0, 0, 0, within="B10(0,5000)")
    kept = read(metrics)["TargetResponseTime", OF_LB]
    assert len(kept) == 1000
    assert sum(kept) / len(kept) == pytest.approx(0.005, rel=0.01)


def test_a_network_load_balancer_tells_the_health_of_its_targets(balancer: StandIn) -> None:
    store, plan = balancer.planned()
    store.load_balancers[0]["Type"] = "network"
    balancer.planned = lambda: (store, plan)  # type: ignore[method-assign]
    data = LoadBalancerMetrics(cast("Balancer", balancer)).read(0)
    assert {(*each.metric, *each.values) for each in data} == {
        ("AWS/NetworkELB", "HealthyHostCount", OF_GROUP, 2),
        ("AWS/NetworkELB", "UnHealthyHostCount", OF_GROUP, 1),
    }
