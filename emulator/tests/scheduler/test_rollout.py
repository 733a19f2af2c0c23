"""What a service does next, row by row, with the page of AWS's documentation that each row is from."""

from __future__ import annotations

import pytest

from ecs_emulator.scheduler.rollout import Action, Counts, blocked, plan

_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
ROLLING = f"{_GUIDE}deployment-type-ecs.html"
CONFIGURATION = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html"
REPLACEMENT = f"{_GUIDE}ecs_services.html"
AVAILABILITY = "https://aws.amazon.com/about-aws/whats-new/2025/11/amazon-ecs-service-availability-rolling-deployments/"
BREAKER = f"{_GUIDE}deployment-circuit-breaker.html"


def a_bad(wanted: int, **tasks: int) -> Counts:
    """A deployment that was never completed."""
    return Counts(wanted, may_start=False, completed=False, **tasks)


@pytest.mark.parametrize(
    ("counts", "minimum", "maximum", "stopping", "actions", "page"),
    [
        # A service of its own.
        ([Counts(2)], 2, 4, 0, [Action(start=2)], ROLLING),
        ([Counts(2, pending=2)], 2, 4, 0, [Action()], ROLLING),
        ([Counts(4, healthy=2)], 4, 8, 0, [Action(start=2)], ROLLING),
        ([Counts(1, healthy=3)], 1, 2, 0, [Action(stop_healthy=2)], ROLLING),
        ([Counts(0, healthy=2, pending=1)], 0, 0, 0, [Action(stop_healthy=2, stop_pending=1)], ROLLING),
        ([Counts(2, healthy=1, pending=2)], 2, 4, 0, [Action(stop_pending=1)], ROLLING),
        ([Counts(2, may_start=False)], 2, 4, 0, [Action()], ROLLING),
        # 100/200: all of the new first, then as many of the old as there are healthy new ones.
        ([Counts(2), Counts(2, healthy=2)], 2, 4, 0, [Action(start=2), Action()], CONFIGURATION),
        ([Counts(2, pending=2), Counts(2, healthy=2)], 2, 4, 0, [Action(), Action()], CONFIGURATION),
        (
            [Counts(2, healthy=1, pending=1), Counts(2, healthy=2)],
            *(2, 4, 0),
            [Action(), Action(stop_healthy=1, desired=1)],
            CONFIGURATION,
        ),
        (
            [Counts(2, healthy=2), Counts(1, healthy=1)],
            2,
            4,
            1,
            [Action(), Action(stop_healthy=1, desired=0)],
            CONFIGURATION,
        ),
        # 50/100 with four: two old ones stop to make room for two new ones.
        ([Counts(4), Counts(4, healthy=4)], 2, 4, 0, [Action(), Action(stop_healthy=2, desired=2)], ROLLING),
        ([Counts(4), Counts(2, healthy=2)], 2, 4, 2, [Action(), Action()], ROLLING),
        ([Counts(4), Counts(2, healthy=2)], 2, 4, 0, [Action(start=2), Action()], ROLLING),
        # 0/100 with one: an outage.
        ([Counts(1), Counts(1, healthy=1)], 0, 1, 0, [Action(), Action(stop_healthy=1, desired=0)], CONFIGURATION),
        ([Counts(1), Counts(0)], 0, 1, 1, [Action(), Action()], CONFIGURATION),
        ([Counts(1)], 0, 1, 0, [Action(start=1)], CONFIGURATION),
        # 75/100 with two, and 100/150 with one: nothing can be done.
        ([Counts(2), Counts(2, healthy=2)], 2, 2, 0, [Action(), Action()], ROLLING),
        ([Counts(1), Counts(1, healthy=1)], 1, 1, 0, [Action(), Action()], ROLLING),
        # Old ones that are of no use go first.
        (
            [Counts(4), Counts(4, healthy=2, pending=1, unhealthy=1)],
            *(2, 4, 0),
            [Action(), Action(stop_pending=1, stop_unhealthy=1, desired=2)],
            ROLLING,
        ),
        # A steady service replaces an unhealthy task first, and stops it when a healthy one stands in for it.
        ([Counts(2, healthy=1, unhealthy=1)], 2, 4, 0, [Action(start=1)], REPLACEMENT),
        ([Counts(2, healthy=1, pending=1, unhealthy=1)], 2, 4, 0, [Action()], REPLACEMENT),
        ([Counts(2, healthy=2, unhealthy=1)], 2, 4, 0, [Action(stop_unhealthy=1)], REPLACEMENT),
        ([Counts(2, healthy=1, unhealthy=2)], 2, 4, 0, [Action(start=1, stop_unhealthy=1)], REPLACEMENT),
        ([Counts(2, healthy=3)], 2, 4, 0, [Action(stop_healthy=1)], REPLACEMENT),
        # Where the maximum does not allow that, they stop one by one.
        ([Counts(2, unhealthy=2)], 1, 2, 0, [Action(stop_unhealthy=1)], REPLACEMENT),
        ([Counts(2, unhealthy=1)], 1, 2, 1, [Action()], REPLACEMENT),
        ([Counts(2, healthy=1, unhealthy=1)], 1, 2, 0, [Action(stop_unhealthy=1)], REPLACEMENT),
        # New ones that never get healthy do not hold up their successors while enough old ones are.
        ([Counts(2, unhealthy=2), Counts(2, healthy=2)], 2, 4, 0, [Action(stop_unhealthy=2), Action()], CONFIGURATION),
        # What serves now is replaced by its own revision, before anything new.
        ([Counts(2), Counts(2, healthy=1)], 2, 3, 0, [Action(start=1), Action(start=1)], AVAILABILITY),
        ([Counts(2, pending=1), Counts(2, healthy=1)], 2, 3, 0, [Action(), Action(start=1)], AVAILABILITY),
        ([Counts(2, pending=2), Counts(2, healthy=1, unhealthy=1)], 2, 5, 0, [Action(), Action(start=1)], AVAILABILITY),
        (
            [Counts(2, pending=2), Counts(2, healthy=1, unhealthy=1)],
            *(2, 4, 0),
            [Action(), Action(stop_unhealthy=1)],
            AVAILABILITY,
        ),
        ([Counts(2, healthy=1), Counts(1)], 2, 4, 0, [Action(start=1), Action(start=1)], AVAILABILITY),
        # What was never completed is not started again, and goes before what was.
        ([Counts(2, pending=2), a_bad(2)], 2, 4, 0, [Action(), Action()], AVAILABILITY),
        (
            [Counts(2, healthy=1, pending=1), a_bad(1, healthy=1), Counts(1, healthy=1)],
            *(2, 5, 0),
            [Action(), Action(stop_healthy=1, desired=0), Action()],
            BREAKER,
        ),
        (
            [Counts(2, healthy=2), a_bad(0, pending=1, unhealthy=1)],
            *(2, 4, 0),
            [Action(), Action(stop_pending=1, stop_unhealthy=1, desired=0)],
            BREAKER,
        ),
        # Where the minimum is not reached, one that was completed keeps those that are on their way.
        (
            [Counts(3), a_bad(3, pending=1), Counts(3, pending=1)],
            *(1, 4, 0),
            [Action(start=2), Action(stop_pending=1, desired=0), Action()],
            BREAKER,
        ),
        (
            [Counts(3), a_bad(3, pending=1), Counts(3, pending=2)],
            *(1, 4, 0),
            [Action(start=1), Action(stop_pending=1, desired=0), Action(stop_pending=1, desired=1)],
            BREAKER,
        ),
    ],
)
def test_a_rollout_goes_on(
    counts: list[Counts], minimum: int, maximum: int, stopping: int, actions: list[Action], page: str
) -> None:
    assert plan(counts, minimum, maximum, stopping) == actions, page


def test_a_deployment_that_has_failed_takes_nothing_from_the_others_and_those_are_kept_up() -> None:
    failed = Counts(2, healthy=1, may_start=False)
    assert plan([failed, Counts(2, healthy=2)], 2, 4, 0, halted=True) == [Action(), Action()]
    assert plan([failed, Counts(2, healthy=1)], 2, 4, 0, halted=True) == [Action(), Action(start=1)]
    assert plan([failed, Counts(2, healthy=1, unhealthy=1)], 2, 4, 0, halted=True) == [Action(), Action(start=1)]
    assert plan([failed, Counts(2, healthy=2, unhealthy=1)], 2, 4, 0, halted=True) == [
        Action(),
        Action(stop_unhealthy=1),
    ]


def test_a_rollout_is_blocked_when_its_percentages_leave_no_step() -> None:
    stuck = [Counts(1), Counts(1, healthy=1)]
    assert blocked(stuck, plan(stuck, 1, 1, 0), 0)
    assert not blocked(stuck, plan(stuck, 1, 2, 0), 0)
    assert not blocked(stuck, plan(stuck, 1, 1, 1), 1)
    waiting = [Counts(2, pending=2), Counts(2, healthy=2)]
    assert not blocked(waiting, plan(waiting, 2, 4, 0), 0)
