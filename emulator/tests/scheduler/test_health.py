"""A container's health check counts as Docker's does, and what ECS does with its result."""

from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.clock import Clock
from ecs_emulator.scheduler.health import ContainerHealth, command, missing
from ecs_emulator.scheduler.interfaces import ContainerState
from emulator.tests.scheduler.world import BREAKER, World

CHECK = {"command": ["CMD", "true"], "interval": 10, "timeout": 5, "retries": 3}


class MadeUpCheck:
    """A check that takes `takes` seconds and ends with `code`; None never ends."""

    pid = 2**22  # of nobody

    def __init__(self, begun: float, world: dict[str, Any]) -> None:
        self._ends, self._world = begun + world["takes"], world

    def poll(self) -> int | None:
        return self._world["code"] if self._world["now"] >= self._ends else None

    def wait(self) -> None: ...


def run(check: dict[str, Any], codes: list[int | None], speed: float = 1, takes: float = 0, startup: float = 0) -> Any:
    """The statuses at the ends of so many checks, and their times."""
    world: dict[str, Any] = {"now": 0.0, "code": None, "takes": takes}
    begun: list[float] = []

    def inside(_words: list[str], _fds: Any) -> Any:
        begun.append(world["now"])
        world["code"] = codes[len(begun) - 1]
        return MadeUpCheck(world["now"], world)

    health = ContainerHealth(check, Clock(speed, startup=startup), inside, 0.0)  # type: ignore[arg-type]
    statuses: list[str] = []
    while len(statuses) < len(codes):
        world["now"] += 0.25
        running = health._running
        health.advance(world["now"])
        if running is not None and health._running is None:
            statuses.append(health.status)
    return statuses, begun


@pytest.mark.parametrize(
    ("check", "codes", "statuses"),
    [
        ({}, [0, 1, 1, 0], ["HEALTHY"] * 4),
        ({}, [1, 1, 1, 0], ["UNKNOWN", "UNKNOWN", "UNHEALTHY", "HEALTHY"]),
        ({}, [1, 1, 0, 1, 1, 1], ["UNKNOWN", "UNKNOWN", "HEALTHY", "HEALTHY", "HEALTHY", "UNHEALTHY"]),
        ({"retries": 1}, [1], ["UNHEALTHY"]),
        # The checks at 10 and 20 seconds are in the start period; one that passes ends it.
        ({"startPeriod": 25, "retries": 1}, [1, 1, 1], ["UNKNOWN", "UNKNOWN", "UNHEALTHY"]),
        ({"startPeriod": 60, "retries": 1}, [1, 0, 1], ["UNKNOWN", "HEALTHY", "UNHEALTHY"]),
        # One that takes longer than it may has failed.
        ({"retries": 1}, [None], ["UNHEALTHY"]),
    ],
)
def test_failures_in_a_row_make_a_container_unhealthy(check: Any, codes: list[int | None], statuses: list[str]) -> None:
    assert run({**CHECK, **check}, codes)[0] == statuses


def test_a_check_begins_an_interval_after_the_start_or_the_end_of_the_one_before() -> None:
    assert run(CHECK, [0, 0, 0], takes=3)[1] == [10.0, 23.0, 36.0]
    assert run(CHECK, [0, 0], speed=10)[1] == [1.0, 2.25]


def test_no_speed_takes_from_a_program_what_it_needs_to_start() -> None:
    # On AWS it would be unhealthy after 30 seconds at the earliest, here after the 15 of a start.
    statuses, begun = run(CHECK, [1] * 14, speed=10, startup=15)
    unhealthy = begun[statuses.index("UNHEALTHY")]
    assert 14 <= unhealthy <= 16


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["CMD", "curl", "-f", "http://localhost/"], ["curl", "-f", "http://localhost/"]),
        (["CMD-SHELL", "curl -f x || exit 1"], ["/bin/sh", "-c", "curl -f x || exit 1"]),
        (["curl -f x || exit 1"], ["/bin/sh", "-c", "curl -f x || exit 1"]),
        (["NONE"], []),
    ],
)
def test_a_check_is_a_command_or_a_line_for_the_shell(words: list[str], line: list[str]) -> None:
    assert command(words) == line


@pytest.mark.parametrize(
    ("words", "program"),
    [
        (["CMD-SHELL", "no-such-program -f http://localhost/ || exit 1"], "no-such-program"),
        (["CMD", "no-such-program", "x"], "no-such-program"),
        (["CMD-SHELL", "sh -c true"], None),
        (["CMD-SHELL", "exit 0"], None),
        (["CMD-SHELL", "$CHECK || exit 1"], None),
        (["NONE"], None),
    ],
)
def test_a_program_that_is_not_on_this_machine_is_named(words: list[str], program: str | None) -> None:
    assert missing(words, "/usr/bin:/bin") == program


# What ECS does with it, in a made-up world.


def checked(world: World, name: str = "good", essential: bool = True) -> str:
    """A revision of two containers, of which the second has a health check."""
    containers = [
        {"name": "app", "image": name, "portMappings": [{"containerPort": 8080}]},
        {"name": "cache", "image": "good", "essential": essential, "healthCheck": CHECK},
    ]
    return world.definition(containerDefinitions=containers)


def say(world: World, health: Any, of: int = 0) -> None:
    """The health of the second container of each task from the `of`th on."""
    for each in world.runner.runs[of:]:
        state = each.states["cache"]
        each.states["cache"] = ContainerState("cache", state.status, state.exit_code, state.reason, health)


def test_a_deployment_waits_until_containers_are_healthy() -> None:
    world = World()
    world.service(taskDefinition=checked(world))
    world.advance(120)
    assert [each["healthStatus"] for each in world.tasks()] == ["UNKNOWN", "UNKNOWN"]
    assert world.shown()["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    say(world, "HEALTHY")
    world.advance(5)
    [task, _] = world.tasks()
    assert (task["healthStatus"], [each["healthStatus"] for each in task["containers"]]) == (
        "HEALTHY",
        ["UNKNOWN", "HEALTHY"],
    )
    assert world.shown()["deployments"][0]["rolloutState"] == "COMPLETED"


def test_a_task_with_an_unhealthy_essential_container_is_replaced() -> None:
    world = World()
    world.service(taskDefinition=checked(world), count=1)
    world.advance(10)
    say(world, "HEALTHY")
    world.advance(30)
    say(world, "UNHEALTHY")
    world.advance(3)
    assert any("failed container health checks." in each for each in world.events())
    say(world, "HEALTHY", of=1)
    world.advance(60)
    [stopped] = world.tasks(desiredStatus="STOPPED")
    assert stopped["stoppedReason"] == "Task failed container health checks"
    assert stopped["stopCode"] == "ServiceSchedulerInitiated"
    assert world.shown()["runningCount"] == 1


def test_health_of_what_is_not_essential_is_none_of_a_task_s() -> None:
    world = World()
    world.service(taskDefinition=checked(world, essential=False), count=1)
    world.advance(60)
    say(world, "UNHEALTHY")
    world.advance(60)
    [task] = world.tasks()
    assert task["healthStatus"] == "UNKNOWN"
    assert world.shown()["deployments"][0]["rolloutState"] == "COMPLETED"


def test_a_task_that_nobody_replaces_goes_on_unhealthy() -> None:
    world = World()
    asked = {
        "cluster": "demo",
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"]}},
    }
    world.call("RunTask", taskDefinition=checked(world), **asked)
    world.advance(10)
    say(world, "UNHEALTHY")
    world.advance(60)
    assert [each["healthStatus"] for each in world.tasks()] == ["UNHEALTHY"]


def test_unhealthy_containers_count_for_the_circuit_breaker() -> None:
    world = World()
    world.steady(count=1, deploymentConfiguration=BREAKER)
    world.update(taskDefinition=checked(world))
    for _ in range(100):
        world.advance(5)
        say(world, "UNHEALTHY", of=1)
    assert world.course()["status"] == "ROLLBACK_SUCCESSFUL"


def test_the_grace_period_is_for_containers_too() -> None:
    world = World()
    world.service(taskDefinition=checked(world), count=1, healthCheckGracePeriodSeconds=300)
    world.advance(10)
    say(world, "UNHEALTHY")
    world.advance(200)
    assert world.tasks(desiredStatus="STOPPED") == []
