"""Rollout rules, from counts alone: which deployment starts tasks, and which stops some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """The tasks of one deployment that nobody has told to stop, by health, and what is to become of them.

    `desired` is the desired count of the primary deployment. An older one wants what it had when it was replaced, less
    what the rollout has taken from it.
    """

    desired: int
    healthy: int = 0
    pending: int = 0
    unhealthy: int = 0
    may_start: bool = True
    completed: bool = True

    @property
    def missing(self) -> int:
        return max(0, self.desired - self.healthy - self.pending) if self.may_start else 0

    @property
    def tasks(self) -> int:
        return self.healthy + self.pending + self.unhealthy


@dataclass
class Action:
    """Action of one deployment now; `desired` is set when a rollout has taken tasks from it that it gets no more."""

    start: int = 0
    stop_healthy: int = 0
    stop_pending: int = 0
    stop_unhealthy: int = 0
    desired: int | None = None

    @property
    def stops(self) -> int:
        return self.stop_healthy + self.stop_pending + self.stop_unhealthy


def plan(counts: Sequence[Counts], minimum: int, maximum: int, stopping: int, halted: bool = False) -> list[Action]:
    """The actions of all deployments, the primary first in `counts`; `stopping` tasks are on their way out.

    Tasks start as far as the maximum allows; old ones stop as far as the minimum of healthy ones allows, those that are
    of no use first. `halted` is a primary deployment that has failed: it takes nothing from the others any more.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
    """
    actions = [Action() for _ in counts]
    healthy = sum(count.healthy for count in counts)
    spare = max(0, healthy - minimum)
    lacking = max(0, minimum - healthy)
    if halted:
        for count, action in zip(counts[1:], actions[1:], strict=True):
            _settle(count, action, 0)
    else:
        spare -= _retire(counts, actions, lacking, spare)
    _settle(counts[0], actions[0], spare)
    unmet = _start(counts, actions, max(0, maximum - stopping - sum(count.tasks for count in counts)), lacking, halted)
    leaving = stopping + sum(action.stops for action in actions)
    _make_room(counts, actions, max(0, unmet - leaving) if not lacking else int(unmet > 0 and not leaving))
    return actions


def blocked(counts: Sequence[Counts], actions: Sequence[Action], stopping: int) -> bool:
    """True when a rollout can neither start nor stop anything, and waits for nothing: its percentages forbid it."""
    waits = stopping or any(count.pending or count.unhealthy for count in counts)
    return len(counts) > 1 and counts[0].missing > 0 and not waits and all(action == Action() for action in actions)


def _retire(counts: Sequence[Counts], actions: Sequence[Action], lacking: int, spare: int) -> int:
    """Take from the older deployments what the minimum does not need; how many healthy tasks that were.

    A deployment that was completed is what a rollback goes back to: it loses its tasks last.
    """
    taken = 0
    useless_kept = pending_kept = lacking
    for index in sorted(range(1, len(counts)), key=lambda index: not counts[index].completed):
        count, action = counts[index], actions[index]
        action.stop_pending = max(0, count.pending - pending_kept)
        pending_kept -= count.pending - action.stop_pending
        action.stop_unhealthy = max(0, count.unhealthy - useless_kept)
        useless_kept -= count.unhealthy - action.stop_unhealthy
    for index in sorted(range(1, len(counts)), key=lambda index: counts[index].completed):
        count, action = counts[index], actions[index]
        action.stop_healthy = min(count.healthy, spare - taken)
        taken += action.stop_healthy
        if action.stops:
            action.desired = min(count.desired, count.tasks - action.stops)
    return taken


def _settle(count: Counts, action: Action, spare: int) -> None:
    """Stop what a deployment has too many: unhealthy tasks once a healthy one stands in for each."""
    action.stop_unhealthy = max(0, count.unhealthy - max(0, count.desired - count.healthy))
    excess = max(0, count.healthy + count.pending - count.desired)
    action.stop_pending = min(count.pending, excess)
    action.stop_healthy = min(count.healthy, excess - action.stop_pending, spare)


def _start(counts: Sequence[Counts], actions: Sequence[Action], room: int, lacking: int, halted: bool) -> int:
    """Start what there is room for; how many there was no room for. What serves now goes before what is to come.

    An older deployment replaces what it loses by its own revision.
    https://aws.amazon.com/about-aws/whats-new/2025/11/amazon-ecs-service-availability-rolling-deployments/
    """
    short = max(0, lacking - sum(count.pending for count in counts[1:]))
    unmet = 0
    for index in (*range(1, len(counts)), 0):
        count = counts[index]
        wish = count.missing if index == 0 or halted else min(count.missing, short)
        actions[index].start = min(wish, room)
        room -= actions[index].start
        unmet += wish - actions[index].start
        if index:
            short -= actions[index].start
    return unmet


def _make_room(counts: Sequence[Counts], actions: Sequence[Action], many: int) -> None:
    """Stop unhealthy tasks before their successors start, where the maximum leaves no other way."""
    for index in (*range(1, len(counts)), 0):
        more = min(many, counts[index].unhealthy - actions[index].stop_unhealthy)
        actions[index].stop_unhealthy += more
        many -= more
