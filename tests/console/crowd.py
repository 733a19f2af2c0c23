"""Crowd: a console over fifty services with five hundred tasks that nobody runs, some of which change all the time."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import boto3

from ecs_emulator.access_key import AccessKey
from ecs_emulator.balancer.balancer import Balancer
from ecs_emulator.balancer.plan import RoutingPlan
from ecs_emulator.balancer.store import LoadBalancerStore
from ecs_emulator.cloud.guard import Guard
from ecs_emulator.cloud.server import WebServer
from ecs_emulator.console.access import Access, link
from ecs_emulator.console.application import ConsoleApplication, Parts
from ecs_emulator.console.calls import Calls
from ecs_emulator.console.feed import Feed
from ecs_emulator.console.jobs import Jobs
from ecs_emulator.console.reader import State
from ecs_emulator.program import ECS_EMULATOR

SERVICES, TASKS = 50, 10  # each service has so many tasks
AT_ONCE = 5  # tasks that change in a reading, of which there are ten a second
_PHASES = ("starting", "initial", "healthy", "healthy", "healthy", "draining", "stopping")


class Crowd:
    """State as the reader of an emulator gives it: what has not changed is the same object."""

    def __init__(self) -> None:
        began = time.time() - 60
        self._numbers = itertools.count()
        self._steps = itertools.cycle(range(SERVICES * TASKS))
        self._state: State = {
            "about": {
                "program": "ecs-emulator",
                "region": "us-east-1",
                "endpoint_url": "http://localhost:4566",
                "url": "http://localhost:8000",
                "speed": 1,
                "drills": [["rollout"]],
                "faults": ["slow"],
                "verbs": ["load", "drill"],
            },
            "cluster/crowd": {"cluster": "crowd"},
        }
        for service in range(SERVICES):
            self._state[f"service/crowd/s-{service:02}"] = _service(f"s-{service:02}", began)
            for _ in range(TASKS):
                self._begin(f"s-{service:02}", began)

    def __call__(self) -> State:
        """A reading: some tasks are a phase further, and those that have stopped are followed by others."""
        now = time.time()
        tasks = [key for key in self._state if key.startswith("task/")]
        for _ in range(AT_ONCE):
            key = tasks[next(self._steps) % len(tasks)]
            facts = self._state[key]
            place = facts["place"] + 1
            if place < len(_PHASES):
                self._state[key] = facts | {"place": place, "phase": _PHASES[place]}
            elif facts["phase"]:
                self._state[key] = facts | {
                    "phase": "",
                    "health": "",
                    "status": "STOPPED",
                    "stopped": now,
                    "stopping": now,
                }
                self._begin(facts["service"], now)
        self._state["traffic"] = {
            "at": now,
            "answers": {},
            "groups": {f"group-s-{each:02}": {"p50": 3.0, "p99": 20.0 + each} for each in range(SERVICES)},
            "revisions": [
                {"service": f"service/crowd/s-{each:02}", "revision": "web:2", "requests": 50.0 + each, "failed": 0}
                for each in range(SERVICES)
            ],
        }
        return dict(self._state)

    def _begin(self, service: str, now: float) -> None:
        number = next(self._numbers)
        name = f"{number:08x}" + 24 * "0"
        self._state[f"task/{name}"] = _task(name, service, number % len(_PHASES), now)


def _service(name: str, began: float) -> dict[str, Any]:
    deployment = {"revision": "web:2", "status": "PRIMARY", "state": "IN_PROGRESS", "reason": ""}
    counts = {"running": TASKS, "pending": 0, "failed": 0, "desired": TASKS}
    return {
        "cluster": "crowd",
        "service": name,
        "short": name,
        "arn": f"arn:aws:ecs:us-east-1:123456789012:service/crowd/{name}",
        "status": "ACTIVE",
        "revision": "web:2",
        "desired": TASKS,
        "running": TASKS,
        "pending": 0,
        "circuit_breaker": True,
        "minimum": 100,
        "maximum": 200,
        "deployments": [{**deployment, **counts}, {**deployment, **counts, "revision": "web:1", "status": "ACTIVE"}],
        "service_deployments": [],
        "target_groups": [f"group-{name}"],
        "events": [{"id": f"{name}-{each}", "at": began, "message": "has started 1 tasks"} for each in range(30)],
    }


def _task(name: str, service: str, place: int, now: float) -> dict[str, Any]:
    return {
        "task": name,
        "place": place,
        "revision": "web:2",
        "status": "RUNNING",
        "phase": _PHASES[place],
        "since": now,
        "address": "127.0.0.2",
        "health": "healthy",
        "reason": "",
        "description": "",
        "arn": f"arn:aws:ecs:us-east-1:123456789012:task/crowd/{name}",
        "cluster": "crowd",
        "service": service,
        "group": f"service:{service}",
        "deployment": "d",
        "created": now,
        "started": now,
        "stopping": None,
        "stopped": None,
        "stop_code": "",
        "stop_reason": "",
        "tags": {},
        "containers": [{"name": "web", "image": "web", "status": "RUNNING", "exit_code": None}],
    }


class _NoBalancer:
    def planned(self) -> tuple[LoadBalancerStore, RoutingPlan]:
        return LoadBalancerStore(), RoutingPlan()


@contextmanager
def served(folder: Any) -> Iterator[Any]:
    """A function that gives one-time links to the console of a crowd."""
    key = AccessKey.generate()
    access, feed = Access(key), Feed(Crowd(), most=8)
    jobs = Jobs(ECS_EMULATOR, folder, (), ())
    balancer = cast("Balancer", _NoBalancer())
    parts = Parts(access, "console", feed, Calls(boto3.Session()), jobs, balancer, boto3.Session)
    server = WebServer(ConsoleApplication(parts), 0, 16, guard=Guard("the console"), name="The console's server")
    try:
        yield lambda: link(f"http://localhost:{server.url.rpartition(':')[2]}", access.start, key)
    finally:
        feed.close()
        server.close()
