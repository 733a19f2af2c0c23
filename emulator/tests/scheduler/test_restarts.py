"""A container with a restart policy begins again in its place, and its task goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ecs_emulator import reaper
from ecs_emulator.clock import Clock
from ecs_emulator.scheduler.container import Container
from ecs_emulator.scheduler.restarts import RestartPolicy
from ecs_emulator.scheduler.unsupported import unsupported
from emulator.tests.scheduler.launches import a_container
from emulator.tests.support.waiting import until

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef


class _Output:
    def write(self, data: bytes) -> None: ...

    def is_full(self) -> bool:
        return False

    def finish(self) -> None: ...

    def is_done(self) -> bool:
        return True

    def give_up(self) -> None: ...


@pytest.fixture
def start() -> Iterator[reaper.Start]:
    with reaper.started() as started:
        yield started


def policy(speed: float = 1, **given: Any) -> RestartPolicy | None:
    return RestartPolicy.of(a_definition({"enabled": True, **given}), Clock(speed))


def a_definition(restart_policy: Any) -> ContainerDefinitionOutputTypeDef:
    definition: ContainerDefinitionOutputTypeDef = a_container("web:v1")
    definition["restartPolicy"] = restart_policy
    return definition


def test_a_policy_is_that_of_the_definition_and_its_period_is_as_long_as_it_takes_here() -> None:
    assert policy() == RestartPolicy(300, frozenset())
    assert policy(10, restartAttemptPeriod=60, ignoredExitCodes=[0]) == RestartPolicy(6, frozenset({0}))
    assert RestartPolicy.of(a_definition({"enabled": False}), Clock()) is None
    assert unsupported(a_definition({"enabled": True})) == []


@pytest.mark.parametrize(
    ("code", "ran", "restarts"), [(1, 60, True), (1, 59, False), (0, 60, False), (137, 1000, True)]
)
def test_one_restarts_that_has_run_for_its_period_with_a_code_that_is_not_ignored(
    code: int, ran: float, restarts: bool
) -> None:
    assert RestartPolicy(60, frozenset({0})).restarts(code, ran) == restarts


def ended(start: reaper.Start, folder: Path, code: int) -> tuple[Container, float]:
    """A container that has run for longer than its period, and the moment of its end."""
    container = Container(a_container("web:v1"), RestartPolicy(60, frozenset({0})))
    container.start(start, ["sh", "-c", f"exit {code}"], folder, {"PATH": "/usr/bin:/bin"}, _Output())
    process = container.process
    assert process
    until(lambda: process.exit_code() == code, "it has ended")
    process.hang_up()
    assert container.began_at is not None
    return container, container.began_at + 61


def test_a_container_that_is_to_restart_has_not_ended_for_its_task(start: reaper.Start, tmp_path: Path) -> None:
    container, now = ended(start, tmp_path, 3)
    container.advance(now)
    assert (container.state.status, container.state.exit_code, container.has_ended()) == ("RUNNING", None, False)
    assert (container.is_due_again, container.restarts, container.process) == (True, 1, None)
    container.start(start, ["sleep", "60"], tmp_path, {"PATH": "/usr/bin:/bin"}, _Output())
    assert not container.is_due_again
    assert container.process
    container.abandon()


def test_one_with_an_ignored_code_and_one_that_is_stopped_end_as_others_do(start: reaper.Start, tmp_path: Path) -> None:
    ignored, now = ended(start, tmp_path, 0)
    ignored.advance(now)
    assert (ignored.state.status, ignored.state.exit_code, ignored.has_ended()) == ("STOPPED", 0, True)
    stopped, now = ended(start, tmp_path, 3)
    stopped.terminate(now, 5)
    stopped.advance(now)
    assert (stopped.state.status, stopped.state.exit_code) == ("STOPPED", 3)
