"""Command line of `mysfits`: all verbs."""

from __future__ import annotations

import sys

import click

from ecs_emulator.commands.console import console
from ecs_emulator.commands.down import down
from ecs_emulator.commands.env import env
from ecs_emulator.commands.execute import execute
from ecs_emulator.commands.fault import fault
from ecs_emulator.commands.group import CODES, Commands
from ecs_emulator.commands.logs import logs
from ecs_emulator.commands.reset import reset
from ecs_emulator.commands.rollback import rollback
from ecs_emulator.commands.run_task import run_task
from ecs_emulator.commands.scale import scale
from ecs_emulator.commands.status import status
from ecs_emulator.commands.trust import trust
from ecs_emulator.commands.update import update
from ecs_emulator.commands.wait import wait
from mysfits.cutover import cutover
from mysfits.data import data
from mysfits.deploy import deploy
from mysfits.destroy import destroy
from mysfits.doctor import doctor
from mysfits.drill import drill
from mysfits.drop_traffic import drop_traffic
from mysfits.load import load
from mysfits.metrics import metrics
from mysfits.publish import publish
from mysfits.push import push
from mysfits.seed import seed
from mysfits.up import up
from mysfits.verify import verify
from ops.conventions import CONVENTIONS
from ops.local.program import MYSFITS


@click.group(
    cls=Commands,
    program=MYSFITS,
    context_settings={"help_option_names": ["-h", "--help"], "obj": CONVENTIONS},
    epilog="\b\nExit codes:\n" + "\n".join(f"  {each}" for each in CODES),
)
@click.version_option(package_name="mythical-mysfits", prog_name=MYSFITS.name, message="%(prog)s %(version)s")
def main() -> None:
    """Run, fill, change and watch the Mythical Mysfits platform."""


for command in (
    doctor,
    up,
    wait,
    down,
    reset,
    env,
    trust,
    console,
    push,
    deploy,
    update,
    rollback,
    status,
    verify,
    scale,
    run_task,
    execute,
    cutover,
    drop_traffic,
    destroy,
    seed,
    publish,
    data,
    logs,
    metrics,
    fault,
    load,
    drill,
):
    main.add_command(command)


if __name__ == "__main__":
    sys.exit(main())
