"""Metrics are there when somebody asks, and one source that fails keeps nothing from the others."""

from __future__ import annotations

from collections.abc import Iterator

from ecs_emulator.cloud.metrics import Datum, Metric, MetricStore
from ecs_emulator.metering import FRESH, Metering

METRIC = Metric("AWS/ECS", "CPUUtilization", ())


def test_who_asks_has_what_is_so_now_and_not_twice() -> None:
    clock, store = [1000.0], MetricStore()

    def failing(_now: float) -> Iterator[Datum]:
        raise OSError

    Metering(store, [failing, lambda now: [Datum(METRIC, now, [now])]], lambda: clock[0])
    assert store.all() == [METRIC]
    assert list(store.periods(METRIC, 900, 1100, 60)) == [960]
    clock[0] += FRESH
    assert list(store.periods(METRIC, 900, 1100, 60)[960]) == [1000.0, 1000.0 + FRESH]
