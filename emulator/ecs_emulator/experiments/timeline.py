"""A story as what can be drawn or listed: what happened when, and the life of each task."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from ecs_emulator.experiments.record import RunRecord
from ecs_emulator.experiments.snapshots import TaskSnapshot

STARTING = {"PROVISIONING", "PENDING", "ACTIVATING"}
STOPPING = {"STOPPING", "DEPROVISIONING"}


class TimelineEvent(NamedTuple):
    """`at` is in seconds since the epoch."""

    at: float
    text: str
    by_operator: bool = False


class Span(NamedTuple):
    start: float
    end: float
    phase: str


@dataclass
class Life:
    """A task by its phases, each as long as possible."""

    task: str
    revision: str
    spans: list[Span] = field(default_factory=list)


def phase(seen: TaskSnapshot) -> str:
    """What a task is to visitors; empty when it is no more."""
    if seen.status in STARTING:
        return "starting"
    if seen.status in STOPPING:
        return "stopping"
    if seen.status == "DEACTIVATING":
        return "draining"
    return (seen.target or "running") if seen.status == "RUNNING" else ""


def events(story: RunRecord) -> list[TimelineEvent]:
    """What the operator did, and how deployments came to stand, in order of time."""
    found = [TimelineEvent(act.at, act.text, by_operator=True) for act in story.acts]
    for before, after in pairwise(story.sights):
        news = [
            f"{revision} is {state}"
            for revision, state in after.rollouts.items()
            if before.rollouts.get(revision) != state
        ]
        news += [
            f"service deployment {each.status}"
            for name, each in after.deployed.items()
            if name not in before.deployed or before.deployed[name].status != each.status
        ]
        if news:
            found.append(TimelineEvent(after.at, ", ".join(news)))
    found += [TimelineEvent(act.steady_at, "the service is steady again") for act in story.acts if act.steady_at]
    return sorted(found, key=lambda event: event.at)


def lives(story: RunRecord) -> list[Life]:
    """Every task that was there during the load, in the order in which they were first seen."""
    start, end = story.report.start, story.report.start + story.report.seconds
    found: dict[str, Life] = {}
    moments = [sight.at for sight in story.sights[1:]] + [end]
    for sight, until in zip(story.sights, moments, strict=True) if story.sights else ():
        begin, until = max(sight.at, start), min(until, end)
        for task, seen in sight.tasks.items():
            if begin < until and (current := phase(seen)):
                spans = found.setdefault(task, Life(task, seen.revision)).spans
                if spans and spans[-1].phase == current and spans[-1].end >= begin:
                    spans[-1] = spans[-1]._replace(end=until)
                else:
                    spans.append(Span(begin, until, current))
    return list(found.values())
