"""The verbs as a program of their own, in the process of the tests."""

from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from ecs_emulator.commands.fault import fault
from ecs_emulator.commands.group import Commands
from ecs_emulator.commands.logs import logs
from ecs_emulator.commands.rollback import rollback
from ecs_emulator.commands.run_task import run_task
from ecs_emulator.commands.scale import scale
from ecs_emulator.commands.status import status
from ecs_emulator.commands.update import update
from emulator.tests.ops.fixtures import clock as clock
from emulator.tests.ops.fixtures import world as world

Operate = Callable[..., Result]


@click.group(cls=Commands)
def main() -> None:
    """Operate services."""


for command in (update, rollback, status, scale, run_task, logs, fault):
    main.add_command(command)


@pytest.fixture
def operate() -> Operate:
    """Run a verb in this process."""
    return lambda *arguments: CliRunner().invoke(main, arguments)
