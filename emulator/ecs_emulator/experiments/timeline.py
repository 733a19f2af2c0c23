"""Timeline of a run, to be drawn or listed: what happened when, and the life of each task."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from ecs_emulator.experiments.record import RunRecord
from ecs_emulator.experiments.snapshots import TaskSnapshot
from ecs_emulator.ops import phases


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
    """Phase of a task to visitors; empty when it is no more."""
    return phases.phase(seen.status, seen.target)


def events(record: RunRecord) -> list[TimelineEvent]:
    """Events: what the operator did, and how deployments came to stand, in order of time."""
    found = [TimelineEvent(action.at, action.text, by_operator=True) for action in record.actions]
    for before, after in pairwise(record.snapshots):
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
    found += [
        TimelineEvent(action.steady_at, "the service is steady again") for action in record.actions if action.steady_at
    ]
    return sorted(found, key=lambda event: event.at)


def lives(record: RunRecord) -> list[Life]:
    """Every task that was there during the load, in the order in which they were first seen."""
    start, end = record.report.start, record.report.start + record.report.seconds
    found: dict[str, Life] = {}
    moments = [snapshot.at for snapshot in record.snapshots[1:]] + [end]
    for snapshot, until in zip(record.snapshots, moments, strict=True) if record.snapshots else ():
        begin, until = max(snapshot.at, start), min(until, end)
        for task, seen in snapshot.tasks.items():
            if begin < until and (current := phase(seen)):
                spans = found.setdefault(task, Life(task, seen.revision)).spans
                if spans and spans[-1].phase == current and spans[-1].end >= begin:
                    spans[-1] = spans[-1]._replace(end=until)
                else:
                    spans.append(Span(begin, until, current))
    return list(found.values())
