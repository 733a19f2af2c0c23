"""Invariants of service events: each says what the states show, and what the states show is said.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
"""

from __future__ import annotations

import re
from collections import Counter

from emulator.simulation.observation import DEATHS, HEALTHY, UNHEALTHY, Tick
from emulator.simulation.trace import Violation

_TASKS = re.compile(r"has (started|stopped) (\d+) (?:(running|pending) )?tasks: (.*)\.")
_TASK = re.compile(r"\(task (\w+)\)")
_TARGETS = re.compile(r"(registered|deregistered) (\d+) targets in \(target-group (\S+)\)")
_UNHEALTHY = re.compile(r"\(task (\w+)\) \(port \d+\) is unhealthy in \(target-group (\S+)\)")
_FAILED_CHECKS = re.compile(r"\(task (\w+)\) failed container health checks")
_OF_DEPLOYMENT = re.compile(r"\(deployment (\S+)\) deployment (completed|failed)")


def check(tick: Tick) -> None:
    """Raises Violation."""
    _check_tasks(tick)
    _check_targets(tick)
    _check_ends(tick)
    found = [_UNHEALTHY.search(message) or _FAILED_CHECKS.search(message) for message in tick.messages]
    said = {match[1] for match in found if match}
    if any(tick.conditions.get(each) != UNHEALTHY for each in said):
        raise Violation("events", f"tasks are said to be unhealthy and are not: {', '.join(sorted(said))}")


def _check_tasks(tick: Tick) -> None:
    said: dict[str, list[str]] = {"started": [], "running": [], "pending": []}
    for match in filter(None, map(_TASKS.search, tick.messages)):
        tasks = _TASK.findall(match[4])
        said[match[3] or match[1]] += tasks
        if len(tasks) != int(match[2]):
            raise Violation("events", f"{match[0]} has another number of tasks")
    ran = [task.id for task in tick.stopped if "startedAt" in task.moments]
    never_ran = [task.id for task in tick.stopped if "startedAt" not in task.moments]
    for what, found in (("started", [task.id for task in tick.started]), ("running", ran), ("pending", never_ran)):
        if sorted(said[what]) != sorted(found):
            raise Violation("events", f"{what}: said of {said[what]}, found {found}")


def _check_targets(tick: Tick) -> None:
    said: Counter[tuple[str, str]] = Counter()
    for match in filter(None, map(_TARGETS.search, tick.messages)):
        said[match[1].removesuffix("ed"), match[3]] += int(match[2])
    if said != Counter(tick.target_changes):
        raise Violation("events", f"targets: said {dict(said)}, done {dict(Counter(tick.target_changes))}")


def _check_ends(tick: Tick) -> None:
    service = tick.service
    states = {each.id: each.rollout_state for each in service.deployments}
    said = {match[1]: match[2].upper() for message in tick.messages if (match := _OF_DEPLOYMENT.search(message))}
    for deployment, state in said.items():
        if states.get(deployment, state) != state:
            raise Violation("events", f"{deployment} is said to be {state} and is {states[deployment]}")
    for deployment, state in states.items():
        if state == "COMPLETED" and tick.states.get(deployment, "") != state and deployment not in said:
            raise Violation("events", f"{deployment} has completed, and no event says so")
    if "COMPLETED" in said.values() or any("reached a steady state" in each for each in tick.messages):
        healthy = tick.by_condition(HEALTHY)
        # One that died by itself is on its way out, whatever its last words take.
        there = [task for task in service.tasks if task.stop_code not in DEATHS]
        alone = len(service.deployments) == 1 and there == healthy
        if not alone or len(healthy) != service.desired or service.primary.rollout_state != "COMPLETED":
            found = f"{len(healthy)} healthy of {len(there)} tasks, {service.desired} desired"
            raise Violation("events", f"a steady state is said to be reached: {found}, {sorted(states.values())}")
