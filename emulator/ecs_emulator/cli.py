"""Command line of `ecs-emulator`: all verbs."""

from __future__ import annotations

import sys

import click

from ecs_emulator.commands.console import console
from ecs_emulator.commands.doctor import doctor
from ecs_emulator.commands.down import down
from ecs_emulator.commands.drill import drill
from ecs_emulator.commands.env import env
from ecs_emulator.commands.execute import execute
from ecs_emulator.commands.fault import fault
from ecs_emulator.commands.group import CODES, Commands
from ecs_emulator.commands.load import load
from ecs_emulator.commands.logs import logs
from ecs_emulator.commands.push import push
from ecs_emulator.commands.reset import reset
from ecs_emulator.commands.rollback import rollback
from ecs_emulator.commands.run_task import run_task
from ecs_emulator.commands.scale import scale
from ecs_emulator.commands.status import status
from ecs_emulator.commands.trust import trust
from ecs_emulator.commands.up import up
from ecs_emulator.commands.update import update
from ecs_emulator.commands.wait import wait
from ecs_emulator.program import ECS_EMULATOR


@click.group(
    cls=Commands,
    program=ECS_EMULATOR,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExit codes:\n" + "\n".join(f"  {each}" for each in CODES),
)
@click.version_option(package_name="ecs-emulator", prog_name=ECS_EMULATOR.name, message="%(prog)s %(version)s")
def main() -> None:
    """Run CloudFormation templates with their ECS services on this machine, and operate them there or on AWS.

    `ecs-emulator doctor` looks whether it would start here, and `ecs-emulator up TEMPLATE` starts it.
    """


for command in (
    doctor,
    up,
    wait,
    down,
    reset,
    env,
    trust,
    console,
    status,
    logs,
    push,
    update,
    rollback,
    scale,
    run_task,
    execute,
    fault,
    load,
    drill,
):
    main.add_command(command)


if __name__ == "__main__":
    sys.exit(main())
