"""Numbers of an ECS rollout: how many tasks, how many failures, how long until the next attempt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MINIMUM_HEALTHY_PERCENT = 100
MAXIMUM_PERCENT = 200

# A task without a health check counts as healthy this long after it runs.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
SECONDS_UNTIL_TRUSTED = 40.0
# How long a process may take to start, or to fail at that: nobody judges it sooner. No clock shortens this.
SECONDS_OF_START = 2.0

_STOPPED_TASKS_STAY = 3600.0
_READING_TAKES = 600.0

# What the breaker does when it is told no more than that it is on.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ThresholdConfiguration.html
_THRESHOLD: dict[str, Any] = {"type": "BOUNDED_PERCENT", "value": 50}
_FEWEST, _MOST = 3, 200

_ATTEMPTS_AT_ONCE = 3
_FIRST_DELAY = 10.0
_LONGEST_DELAY = 27 * 60.0


def minimum(desired: int, percent: int) -> int:
    """Fewest healthy tasks of a rollout: rounded up.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
    """
    return -(-desired * percent // 100)


def maximum(desired: int, percent: int) -> int:
    """Most tasks of a rollout: rounded down.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
    """
    return desired * percent // 100


def threshold(breaker: Mapping[str, Any], desired: int) -> int:
    """After how many failed tasks a deployment has failed, by a DeploymentCircuitBreaker.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    """
    configured = breaker.get("thresholdConfiguration") or _THRESHOLD
    value: int = configured["value"]
    if configured["type"] == "COUNT":
        return value
    share = max(1, -(-desired * value // 100))
    return share if configured["type"] == "UNBOUNDED_PERCENT" else min(max(share, _FEWEST), _MOST)


def delay(failures: int) -> float:
    """Seconds from the latest of so many failed tasks in a row to the next attempt; longer each time, up to 27 minutes.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
    """
    if failures < _ATTEMPTS_AT_ONCE:
        return 0.0
    return float(min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** min(failures - _ATTEMPTS_AT_ONCE, 10)))


def stays_visible(speed: float) -> float:
    """Seconds that a stopped task can be described: an hour of AWS, but never too short for somebody to read it.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
    """
    return max(_STOPPED_TASKS_STAY / speed, _READING_TAKES)
