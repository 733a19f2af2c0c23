"""Health: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"""

from __future__ import annotations

import pytest

from ecs_emulator.balancer.health import (
    NO_CONNECTION,
    START,
    TIMED_OUT,
    HealthCheckFailure,
    HealthCheckSettings,
    TargetHealth,
    codes,
)
from ecs_emulator.clock import Clock

SETTINGS = HealthCheckSettings(interval=10, timeout=5, healthy=2, unhealthy=3, look=1)


def played(condition: TargetHealth, *results: HealthCheckFailure | None) -> list[str]:
    """The states after each of the results, each check at the time when it is due."""
    states: list[str] = []
    for result in results:
        condition.learn(result, condition.due)
        states.append(condition.health.state)
    return states


def a_healthy_one(settings: HealthCheckSettings = SETTINGS) -> TargetHealth:
    condition = TargetHealth(settings, now=0)
    condition.learn(None, 0)
    return condition


def test_a_target_is_registered_then_looked_at_then_healthy_by_its_first_success() -> None:
    condition = TargetHealth(SETTINGS, now=0)
    assert (condition.health.state, condition.health.reason, condition.due) == (
        "initial",
        "Elb.RegistrationInProgress",
        0,
    )
    condition.learn(NO_CONNECTION, 0)
    assert (condition.health.state, condition.health.reason) == ("initial", "Elb.InitialHealthChecking")
    assert condition.due == 1
    condition.learn(None, 1)
    assert condition.health == ("healthy", None, None)
    assert condition.due == 11


def test_failures_of_a_new_target_count_at_the_interval_only() -> None:
    condition = TargetHealth(SETTINGS, now=0)
    begun = []
    while condition.health.state == "initial":
        begun.append(condition.due)
        condition.learn(NO_CONNECTION, condition.due)
    # Thirty looks, of which those after 10, 20 and 30 seconds count.
    assert begun == list(range(31))
    assert condition.health == ("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
    assert condition.due == 40


def test_a_shortened_interval_leaves_a_process_the_time_to_start() -> None:
    condition = TargetHealth(HealthCheckSettings(interval=0.1, unhealthy=2, look=0.2), now=0)
    while condition.health.state == "initial":
        last = condition.due
        condition.learn(NO_CONNECTION, condition.due)
    assert last >= START + 0.1


def test_a_target_is_unhealthy_after_exactly_the_threshold_of_failures_in_a_row() -> None:
    failed, passed = NO_CONNECTION, None
    assert played(a_healthy_one(), failed, failed, failed) == ["healthy", "healthy", "unhealthy"]
    assert played(a_healthy_one(), failed, failed, passed, failed, failed, failed)[-2:] == ["healthy", "unhealthy"]


def test_a_target_is_healthy_again_after_exactly_the_threshold_of_successes_in_a_row() -> None:
    condition = a_healthy_one()
    played(condition, NO_CONNECTION, NO_CONNECTION, NO_CONNECTION)
    failed, passed = NO_CONNECTION, None
    assert played(condition, passed, failed, passed, passed) == ["unhealthy", "unhealthy", "unhealthy", "healthy"]
    # All is forgotten: the next failure is the first.
    assert played(condition, failed, failed, failed) == ["healthy", "healthy", "unhealthy"]


def test_checks_begin_at_the_interval_however_long_they_take() -> None:
    condition = a_healthy_one()
    due = []
    for _ in range(3):
        condition.learn(TIMED_OUT, condition.due)
        due.append(condition.due)
    assert due == [20, 30, 40]


def test_the_reason_is_that_of_the_last_failure() -> None:
    condition = a_healthy_one()
    played(condition, TIMED_OUT, TIMED_OUT, HealthCheckFailure.code(500))
    assert condition.health == (
        "unhealthy",
        "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [500]",
    )
    played(condition, TIMED_OUT)
    assert condition.health == ("unhealthy", "Target.Timeout", "Request timed out")


def test_speed_shortens_intervals_but_not_what_a_busy_machine_needs() -> None:
    slow, fast = (
        HealthCheckSettings.shortened(
            Clock(speed),
            protocol="HTTP",
            path="/",
            port=None,
            expected="200",
            interval=10,
            timeout=5,
            healthy=2,
            unhealthy=3,
        )
        for speed in (1, 20)
    )
    assert (slow.interval, slow.timeout, slow.look) == (10, 5, 1)
    assert (fast.interval, fast.timeout, fast.look) == (0.5, 2, 0.2)


@pytest.mark.parametrize(
    ("expected", "status", "passes"),
    [
        ("200", 200, True),
        ("200", 201, False),
        ("200,202", 202, True),
        ("200-299", 299, True),
        ("200-299", 300, False),
        ("200, 301-302", 302, True),
    ],
)
def test_a_matcher_lists_codes_and_ranges(expected: str, status: int, passes: bool) -> None:
    assert any(status in some for some in codes(expected)) is passes


@pytest.mark.parametrize("expected", ["", "ok", "200,", "200-"])
def test_a_matcher_that_is_none_is_refused(expected: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        codes(expected)
