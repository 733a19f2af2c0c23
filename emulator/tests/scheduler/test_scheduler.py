"""The thread that drives a scheduler."""

from __future__ import annotations

import threading

import pytest

from ecs_emulator.clock import Clock
from ecs_emulator.scheduler.interfaces import Launch
from ecs_emulator.scheduler.operations import OPERATIONS
from ecs_emulator.scheduler.scheduler import Scheduler
from emulator.tests.scheduler.world import NETWORK, MadeUpRun, MadeUpRunner, MadeUpTargets
from emulator.tests.support.waiting import until


class Restless(MadeUpRunner):
    """Processes that run as soon as somebody looks."""

    def start(self, launch: Launch) -> MadeUpRun:
        run = super().start(launch)
        self.go_on()
        return run


def a_scheduler(runner: MadeUpRunner) -> Scheduler:
    scheduler = Scheduler(runner, MadeUpTargets(runner), Clock(20))
    container = {"name": "app", "image": "good"}
    size = {"networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    OPERATIONS["CreateCluster"](scheduler, {"clusterName": "demo"})
    OPERATIONS["RegisterTaskDefinition"](scheduler, {"family": "web", **size, "containerDefinitions": [container]})
    asked = {"cluster": "demo", "serviceName": "web", "taskDefinition": "web", "desiredCount": 2}
    OPERATIONS["CreateService"](scheduler, asked | {"launchType": "FARGATE", "networkConfiguration": NETWORK})
    return scheduler


def test_a_scheduler_brings_its_services_up_and_takes_every_task_down() -> None:
    runner = Restless()
    scheduler = a_scheduler(runner)
    scheduler.start()

    def running() -> int:
        answer = OPERATIONS["DescribeServices"](scheduler, {"cluster": "demo", "services": ["web"]})
        count: int = answer["services"][0]["runningCount"]
        return count

    until(lambda: running() == 2, "two tasks")
    scheduler.close()
    assert [state.status for run in runner.runs for state in run.containers()] == ["STOPPED"] * 2
    assert not any(thread.name == "ecs" for thread in threading.enumerate())


def test_a_scheduler_that_never_started_can_be_closed() -> None:
    a_scheduler(MadeUpRunner()).close()


def test_a_moment_that_breaks_is_logged_and_the_next_one_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Restless):
        tries = 0

        def start(self, launch: Launch) -> MadeUpRun:
            self.tries += 1
            if self.tries == 1:
                raise RuntimeError("out of order")
            return super().start(launch)

    runner = Broken()
    scheduler = a_scheduler(runner)
    scheduler.start()
    until(lambda: len(runner.runs) == 2, "two tasks")
    scheduler.close()
    assert "The scheduler stumbled." in caplog.text
