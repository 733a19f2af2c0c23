"""What a service does next, from counts alone: which deployment starts tasks, and which stops some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """The tasks of one deployment that nobody has told to stop, by health, and what is to become of them.

    `wanted` is the desired count of the primary deployment. An older one wants what it had when it was replaced, less
    what the rollout has taken from it.
    """

    wanted: int
    healthy: int = 0
    pending: int = 0
    unhealthy: int = 0
    may_start: bool = True
    completed: bool = True

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.healthy - self.pending) if self.may_start else 0

    @property
    def tasks(self) -> int:
        return self.healthy + self.pending + self.unhealthy


@dataclass
class Action:
    """What one deployment does now; `wants` is set when a rollout has taken tasks from it that it gets no more."""

    start: int = 0
    stop_healthy: int = 0
    stop_pending: int = 0
    stop_unhealthy: int = 0
    wants: int | None = None

    @property
    def stops(self) -> int:
        return self.stop_healthy + self.stop_pending + self.stop_unhealthy


def plan(sides: Sequence[Counts], minimum: int, maximum: int, stopping: int, halted: bool = False) -> list[Action]:
    """The steps of all deployments, the primary first in `sides`; `stopping` tasks are on their way out.

    Tasks start as far as the maximum allows; old ones stop as far as the minimum of healthy ones allows, those that are
    of no use first. `halted` is a primary deployment that has failed: it takes nothing from the others any more.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
    """
    steps = [Action() for _ in sides]
    healthy = sum(side.healthy for side in sides)
    spare = max(0, healthy - minimum)
    lacking = max(0, minimum - healthy)
    if halted:
        for side, step in zip(sides[1:], steps[1:], strict=True):
            _settle(side, step, 0)
    else:
        spare -= _retire(sides, steps, lacking, spare)
    _settle(sides[0], steps[0], spare)
    unmet = _start(sides, steps, max(0, maximum - stopping - sum(side.tasks for side in sides)), lacking, halted)
    leaving = stopping + sum(step.stops for step in steps)
    _make_room(sides, steps, max(0, unmet - leaving) if not lacking else int(unmet > 0 and not leaving))
    return steps


def blocked(sides: Sequence[Counts], steps: Sequence[Action], stopping: int) -> bool:
    """Whether a rollout can neither start nor stop anything, and waits for nothing: its percentages forbid it."""
    waits = stopping or any(side.pending or side.unhealthy for side in sides)
    return len(sides) > 1 and sides[0].missing > 0 and not waits and all(step == Action() for step in steps)


def _retire(sides: Sequence[Counts], steps: Sequence[Action], lacking: int, spare: int) -> int:
    """Take from the older deployments what the minimum does not need; how many healthy tasks that were.

    A deployment that was completed is what a rollback goes back to: it loses its tasks last.
    """
    taken = 0
    useless_kept = pending_kept = lacking
    for index in sorted(range(1, len(sides)), key=lambda index: not sides[index].completed):
        side, step = sides[index], steps[index]
        step.stop_pending = max(0, side.pending - pending_kept)
        pending_kept -= side.pending - step.stop_pending
        step.stop_unhealthy = max(0, side.unhealthy - useless_kept)
        useless_kept -= side.unhealthy - step.stop_unhealthy
    for index in sorted(range(1, len(sides)), key=lambda index: sides[index].completed):
        side, step = sides[index], steps[index]
        step.stop_healthy = min(side.healthy, spare - taken)
        taken += step.stop_healthy
        if step.stops:
            step.wants = min(side.wanted, side.tasks - step.stops)
    return taken


def _settle(side: Counts, step: Action, spare: int) -> None:
    """Stop what a deployment has too many: unhealthy tasks once a healthy one stands in for each."""
    step.stop_unhealthy = max(0, side.unhealthy - max(0, side.wanted - side.healthy))
    excess = max(0, side.healthy + side.pending - side.wanted)
    step.stop_pending = min(side.pending, excess)
    step.stop_healthy = min(side.healthy, excess - step.stop_pending, spare)


def _start(sides: Sequence[Counts], steps: Sequence[Action], room: int, lacking: int, halted: bool) -> int:
    """Start what there is room for; how many there was no room for. What serves now goes before what is to come.

    An older deployment replaces what it loses by its own revision.
    https://aws.amazon.com/about-aws/whats-new/2025/11/amazon-ecs-service-availability-rolling-deployments/
    """
    short = max(0, lacking - sum(side.pending for side in sides[1:]))
    unmet = 0
    for index in (*range(1, len(sides)), 0):
        side = sides[index]
        wish = side.missing if index == 0 or halted else min(side.missing, short)
        steps[index].start = min(wish, room)
        room -= steps[index].start
        unmet += wish - steps[index].start
        if index:
            short -= steps[index].start
    return unmet


def _make_room(sides: Sequence[Counts], steps: Sequence[Action], many: int) -> None:
    """Stop unhealthy tasks before their successors start, where the maximum leaves no other way."""
    for index in (*range(1, len(sides)), 0):
        more = min(many, sides[index].unhealthy - steps[index].stop_unhealthy)
        steps[index].stop_unhealthy += more
        many -= more
