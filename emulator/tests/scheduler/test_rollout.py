"""What a service does next, row by row, with the page of AWS's documentation that each row is from."""

from __future__ import annotations

import pytest

from ecs_emulator.scheduler.rollout import Side, Step, blocked, plan

_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
ROLLING = f"{_GUIDE}deployment-type-ecs.html"
CONFIGURATION = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html"
REPLACEMENT = f"{_GUIDE}ecs_services.html"
AVAILABILITY = "https://aws.amazon.com/about-aws/whats-new/2025/11/amazon-ecs-service-availability-rolling-deployments/"
BREAKER = f"{_GUIDE}deployment-circuit-breaker.html"


def a_bad(wanted: int, **tasks: int) -> Side:
    """A deployment that was never completed."""
    return Side(wanted, may_start=False, completed=False, **tasks)


@pytest.mark.parametrize(
    ("sides", "minimum", "maximum", "stopping", "steps", "page"),
    [
        # A service of its own.
        ([Side(2)], 2, 4, 0, [Step(start=2)], ROLLING),
        ([Side(2, pending=2)], 2, 4, 0, [Step()], ROLLING),
        ([Side(4, healthy=2)], 4, 8, 0, [Step(start=2)], ROLLING),
        ([Side(1, healthy=3)], 1, 2, 0, [Step(stop_healthy=2)], ROLLING),
        ([Side(0, healthy=2, pending=1)], 0, 0, 0, [Step(stop_healthy=2, stop_pending=1)], ROLLING),
        ([Side(2, healthy=1, pending=2)], 2, 4, 0, [Step(stop_pending=1)], ROLLING),
        ([Side(2, may_start=False)], 2, 4, 0, [Step()], ROLLING),
        # 100/200: all of the new first, then as many of the old as there are healthy new ones.
        ([Side(2), Side(2, healthy=2)], 2, 4, 0, [Step(start=2), Step()], CONFIGURATION),
        ([Side(2, pending=2), Side(2, healthy=2)], 2, 4, 0, [Step(), Step()], CONFIGURATION),
        (
            [Side(2, healthy=1, pending=1), Side(2, healthy=2)],
            *(2, 4, 0),
            [Step(), Step(stop_healthy=1, wants=1)],
            CONFIGURATION,
        ),
        ([Side(2, healthy=2), Side(1, healthy=1)], 2, 4, 1, [Step(), Step(stop_healthy=1, wants=0)], CONFIGURATION),
        # 50/100 with four: two old ones stop to make room for two new ones.
        ([Side(4), Side(4, healthy=4)], 2, 4, 0, [Step(), Step(stop_healthy=2, wants=2)], ROLLING),
        ([Side(4), Side(2, healthy=2)], 2, 4, 2, [Step(), Step()], ROLLING),
        ([Side(4), Side(2, healthy=2)], 2, 4, 0, [Step(start=2), Step()], ROLLING),
        # 0/100 with one: an outage.
        ([Side(1), Side(1, healthy=1)], 0, 1, 0, [Step(), Step(stop_healthy=1, wants=0)], CONFIGURATION),
        ([Side(1), Side(0)], 0, 1, 1, [Step(), Step()], CONFIGURATION),
        ([Side(1)], 0, 1, 0, [Step(start=1)], CONFIGURATION),
        # 75/100 with two, and 100/150 with one: nothing can be done.
        ([Side(2), Side(2, healthy=2)], 2, 2, 0, [Step(), Step()], ROLLING),
        ([Side(1), Side(1, healthy=1)], 1, 1, 0, [Step(), Step()], ROLLING),
        # Old ones that are of no use go first.
        (
            [Side(4), Side(4, healthy=2, pending=1, unhealthy=1)],
            *(2, 4, 0),
            [Step(), Step(stop_pending=1, stop_unhealthy=1, wants=2)],
            ROLLING,
        ),
        # A steady service replaces an unhealthy task first, and stops it when a healthy one stands in for it.
        ([Side(2, healthy=1, unhealthy=1)], 2, 4, 0, [Step(start=1)], REPLACEMENT),
        ([Side(2, healthy=1, pending=1, unhealthy=1)], 2, 4, 0, [Step()], REPLACEMENT),
        ([Side(2, healthy=2, unhealthy=1)], 2, 4, 0, [Step(stop_unhealthy=1)], REPLACEMENT),
        ([Side(2, healthy=1, unhealthy=2)], 2, 4, 0, [Step(start=1, stop_unhealthy=1)], REPLACEMENT),
        ([Side(2, healthy=3)], 2, 4, 0, [Step(stop_healthy=1)], REPLACEMENT),
        # Where the maximum does not allow that, they stop one by one.
        ([Side(2, unhealthy=2)], 1, 2, 0, [Step(stop_unhealthy=1)], REPLACEMENT),
        ([Side(2, unhealthy=1)], 1, 2, 1, [Step()], REPLACEMENT),
        ([Side(2, healthy=1, unhealthy=1)], 1, 2, 0, [Step(stop_unhealthy=1)], REPLACEMENT),
        # New ones that never get healthy do not hold up their successors while enough old ones are.
        ([Side(2, unhealthy=2), Side(2, healthy=2)], 2, 4, 0, [Step(stop_unhealthy=2), Step()], CONFIGURATION),
        # What serves now is replaced by its own revision, before anything new.
        ([Side(2), Side(2, healthy=1)], 2, 3, 0, [Step(start=1), Step(start=1)], AVAILABILITY),
        ([Side(2, pending=1), Side(2, healthy=1)], 2, 3, 0, [Step(), Step(start=1)], AVAILABILITY),
        ([Side(2, pending=2), Side(2, healthy=1, unhealthy=1)], 2, 5, 0, [Step(), Step(start=1)], AVAILABILITY),
        (
            [Side(2, pending=2), Side(2, healthy=1, unhealthy=1)],
            *(2, 4, 0),
            [Step(), Step(stop_unhealthy=1)],
            AVAILABILITY,
        ),
        ([Side(2, healthy=1), Side(1)], 2, 4, 0, [Step(start=1), Step(start=1)], AVAILABILITY),
        # What was never completed is not started again, and goes before what was.
        ([Side(2, pending=2), a_bad(2)], 2, 4, 0, [Step(), Step()], AVAILABILITY),
        (
            [Side(2, healthy=1, pending=1), a_bad(1, healthy=1), Side(1, healthy=1)],
            *(2, 5, 0),
            [Step(), Step(stop_healthy=1, wants=0), Step()],
            BREAKER,
        ),
        (
            [Side(2, healthy=2), a_bad(0, pending=1, unhealthy=1)],
            *(2, 4, 0),
            [Step(), Step(stop_pending=1, stop_unhealthy=1, wants=0)],
            BREAKER,
        ),
    ],
)
def test_a_rollout_goes_on(
    sides: list[Side], minimum: int, maximum: int, stopping: int, steps: list[Step], page: str
) -> None:
    assert plan(sides, minimum, maximum, stopping) == steps, page


def test_a_deployment_that_has_failed_takes_nothing_from_the_others_and_those_are_kept_up() -> None:
    failed = Side(2, healthy=1, may_start=False)
    assert plan([failed, Side(2, healthy=2)], 2, 4, 0, halted=True) == [Step(), Step()]
    assert plan([failed, Side(2, healthy=1)], 2, 4, 0, halted=True) == [Step(), Step(start=1)]
    assert plan([failed, Side(2, healthy=1, unhealthy=1)], 2, 4, 0, halted=True) == [Step(), Step(start=1)]
    assert plan([failed, Side(2, healthy=2, unhealthy=1)], 2, 4, 0, halted=True) == [Step(), Step(stop_unhealthy=1)]


def test_a_rollout_is_blocked_when_its_percentages_leave_no_step() -> None:
    stuck = [Side(1), Side(1, healthy=1)]
    assert blocked(stuck, plan(stuck, 1, 1, 0), 0)
    assert not blocked(stuck, plan(stuck, 1, 2, 0), 0)
    assert not blocked(stuck, plan(stuck, 1, 1, 1), 1)
    waiting = [Side(2, pending=2), Side(2, healthy=2)]
    assert not blocked(waiting, plan(waiting, 2, 4, 0), 0)
