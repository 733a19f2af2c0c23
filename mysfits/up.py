"""`mysfits up`: the verb that runs the platform on this machine."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from ecs_emulator.commands.options import assignments
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.terminal import Terminal


@click.command()
@click.option("--placeholder", is_flag=True, help="Begin with the placeholder instead of the code in this folder.")
@click.option(
    "--assembly", metavar="NAME", help="The services of cfn/stacks.yml to run: monolith (as always) or split."
)
@click.option("--speed", type=click.FloatRange(1, 100), default=1, show_default=True, metavar="N",
              help="Make every interval of AWS N times shorter.")  # fmt: skip
@click.option("--set", "parameters", multiple=True, metavar="K=V", callback=assignments,
              help="A parameter of the stacks; STACK.K=V for one stack alone.")  # fmt: skip
@click.option("--template", "templates", multiple=True, metavar="FILE",
              type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Play this template instead of cfn/; several times for several. "
                   "A placeholder stands in for images that are not here. "
                   "What it would run is listed first, and nothing runs before you agree.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Agree to what is listed of --template; for scripts.")
@click.option("--task-folder", "task_folders", multiple=True, metavar="FOLDER",
              type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
              help="A folder that tasks may read and write besides their own; several times for several.")  # fmt: skip
@click.option("--docker", is_flag=True,
              help="Run the tasks in containers, with their limits; needs a Docker engine here.")  # fmt: skip
def up(
    placeholder: bool,
    assembly: str | None,
    speed: float,
    parameters: dict[str, str],
    templates: tuple[Path, ...],
    yes: bool,
    task_folders: tuple[Path, ...],
    docker: bool,
) -> None:
    """Run the whole platform on this machine until Ctrl-C: the stacks of cfn/ with their services.

    SITE_PORT (8080), API_PORT (8000) and CLOUD_PORT (4566) change the ports.
    """
    # Here and not above: the other commands start faster without a cloud.
    from ecs_emulator.access_key import AccessKey
    from ecs_emulator.local import LOCAL, AlreadyRunning, Unusable, use_only
    from ecs_emulator.ports import Ports, PortUnusable

    if templates and (placeholder or assembly):
        raise click.UsageError("--placeholder and --assembly are about cfn/, not about the templates of others.")
    try:
        ports = Ports.from_env(os.environ)
    except PortUnusable as error:
        raise click.ClickException(str(error)) from error
    cloud_url = f"http://127.0.0.1:{ports.cloud}"
    # Before moto is loaded: it would look for the profile that the environment names. The folder and its key are made
    # when somebody has agreed to what will run.
    use_only(cloud_url, AccessKey.generate())

    from ecs_emulator.balancer.envoy import EnvoyMissing
    from ecs_emulator.scheduler.docker.engine import NoEngine
    from ecs_emulator.scheduler.docker.images import NotBuilt
    from ecs_emulator.stacks.files import MONOLITH
    from ecs_emulator.stacks.templates import TemplateError
    from ecs_emulator.supervisor import TooManyRestarts
    from ecs_emulator.up import CannotStart, Wish
    from ecs_emulator.up import up as run
    from ops.stacks.listing import Stacks, by_stack

    terminal = Terminal()
    if templates:
        try:
            _agree(templates, parameters, docker, yes, terminal)
        except TemplateError as error:
            raise click.ClickException(str(error)) from error
        wish = Wish(speed, docker=docker, task_folders=task_folders, templates=templates, values=parameters)
    else:
        assembly = assembly or MONOLITH
        parameters_of = by_stack(parameters, Stacks(assembly).meant)
        wish = Wish(
            speed,
            docker=docker,
            task_folders=task_folders,
            assembly=assembly,
            placeholder=placeholder,
            parameters=parameters_of,
        )
    try:
        run(ports, wish, terminal.line)
    except (
        AlreadyRunning,
        CannotStart,
        EnvoyMissing,
        NoEngine,
        NotBuilt,
        TemplateError,
        TooManyRestarts,
        Unusable,
    ) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT):
            raise
        raise click.ClickException(f"{error.filename or LOCAL} cannot be written: {error.strerror}.") from error


def _agree(templates: Sequence[Path], values: Mapping[str, str], docker: bool, yes: bool, terminal: Terminal) -> None:
    """List what templates would run, and ask unless `yes` has answered. Raises TemplateError, Failure or Abort."""
    from ecs_emulator.announcement import announced
    from ecs_emulator.rooms import IMAGES
    from ecs_emulator.scheduler.images import Images
    from ecs_emulator.stacks.programs import programs

    found = programs(templates, values)
    for line in announced(found, Images(IMAGES, stand_in=True), docker):
        terminal.line(line)
    if not found or yes:
        return
    if not (sys.stdin and sys.stdin.isatty()):
        raise Failure(
            Outcome.USAGE, "Nothing was started: there is no terminal to ask on. With --yes you agree to this list."
        )
    if not click.confirm("Run this?"):
        raise click.ClickException("Nothing was started.")
