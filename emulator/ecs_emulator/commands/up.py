"""`up`: templates on this machine, until it is told to stop."""

from __future__ import annotations

import errno
import gc
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecs_emulator.commands.agreement import agree
from ecs_emulator.commands.arguments import DRILLS, arguments
from ecs_emulator.commands.detach import Detachable, detach_option, detached, refuse_second
from ecs_emulator.commands.group import program
from ecs_emulator.commands.options import assignments
from ecs_emulator.ops.terminal import Terminal

if TYPE_CHECKING:
    from contextlib import ExitStack

    from ecs_emulator.emulator import Emulator
    from ecs_emulator.scheduler.images import Images
    from ecs_emulator.up import ConsoleSettings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path)

Command = Callable[..., None]


def runtime_options(command: Command) -> Command:
    """Options on how tasks run: `speed`, `console`, `detach`, and those of `task_options`."""
    command = click.option(
        "--speed", type=click.FloatRange(1, 100), default=1, show_default=True, metavar="N",
        help="Make every interval of AWS N times shorter.",
    )(task_options(command))  # fmt: skip
    command = click.option(
        "--console/--no-console", default=True,
        help="Serve a console, at a link that is printed; CONSOLE_PORT (4567, or any free one) is its port.",
    )(command)  # fmt: skip
    return detach_option(command)


def task_options(command: Command) -> Command:
    """Options on how tasks run, at whatever speed: `task_folders`, `docker`, `strict`, `attributes`, `exports`."""
    for option in (
        click.option(
            "--docker", is_flag=True, help="Run the tasks in containers, with their limits; needs a Docker engine here."
        ),
        click.option(
            "--task-folder", "task_folders", multiple=True, metavar="FOLDER", type=_FOLDER,
            help="A folder that tasks may read and write besides their own; several times for several.",
        ),
        click.option(
            "--set-attribute", "attributes", multiple=True, metavar="RESOURCE.ATTRIBUTE=VALUE", callback=assignments,
            help="What a stub has for an attribute, such as Database.Endpoint.Address=localhost; RESOURCE alone is "
                 "what Ref gives of it. Several times for several.",
        ),
        click.option(
            "--set-export", "exports", multiple=True, metavar="NAME=VALUE", callback=assignments,
            help="What a stack exports that is not here. Several times for several.",
        ),
        click.option("--strict", is_flag=True, help="Refuse resource types that are not emulated; no stub stands in."),
    ):  # fmt: skip
        command = option(command)
    return command


def with_templates(*, required: bool = True) -> Callable[[Command], Command]:
    """Give a command `templates` and what they run with: `run`, `values`, `yes`."""

    def give(command: Command) -> Command:
        for option in _template_options(required):
            command = option(command)
        return command

    return give


def _template_options(required: bool) -> Iterator[Callable[[Command], Command]]:
    many = "TEMPLATE..." if required else "[TEMPLATE]..."
    yield from (
        click.option("--yes", is_flag=True, help="Agree to what is listed; for scripts."),
        click.option(
            "--programs", metavar="FILE", type=_FILE,
            help="The programs file; without it ecs-emulator.yml beside the first template, where there is one.",
        ),
        click.option(
            "--set", "values", multiple=True, metavar="K=V", callback=assignments, help="A parameter of the templates."
        ),
        click.option(
            "--run", multiple=True, metavar="NAME=COMMAND", callback=assignments,
            help="Run COMMAND, a shell's command line, as the container NAME (or as each whose image is NAME): in this "
                 "folder, with the container's variables, PORT among them. Several times for several.",
        ),
        click.argument("templates", nargs=-1, required=required, metavar=many, type=_FILE),
    )  # fmt: skip


@click.command(cls=Detachable)
@with_templates(required=False)
@runtime_options
def up(
    templates: tuple[Path, ...],
    run: dict[str, str],
    programs: Path | None,
    values: dict[str, str],
    yes: bool,
    **runtime: Any,
) -> None:
    """Run the TEMPLATEs of CloudFormation on this machine until Ctrl-C: their services behind their load balancer.

    What they would run is listed first, and nothing runs before you agree. A placeholder stands in for images that are
    not here. Without a TEMPLATE it starts empty, for its clients to fill: `cdk deploy`, `aws cloudformation deploy`.
    API_PORT (8000, the load balancer), CLOUD_PORT (4566, the AWS endpoint) and CONSOLE_PORT (4567, or any free one: the
    console) change the ports.
    """
    with start_errors(program().folder):
        from ecs_emulator.ports import Ports

        refuse_second()
        ports = Ports.from_env(os.environ, beside=bool(program().instance))
        prepare(ports.cloud)
        run_templates(templates, values, run, yes, programs=programs, ports=ports, **runtime)


def run_templates(
    templates: Sequence[Path],
    values: Mapping[str, str],
    run: Mapping[str, str],
    yes: bool,
    *,
    detach: bool,
    programs: Path | None = None,
    console: bool,
    images: Images | None = None,
    **settings: Any,
) -> None:
    """Run templates once somebody has agreed to what they run; `settings` are those of the emulator.

    Raises what `start_errors` tells.
    """
    from ecs_emulator.emulator import Emulator
    from ecs_emulator.scheduler.images import Images
    from ecs_emulator.up import signalled
    from ecs_emulator.up import up as run_up

    owner, terminal = program(), Terminal()
    images = images or Images(owner.folder / "images", stand_in=True)
    programs = agree(templates, values, run, programs, settings, images, yes)
    if detach:
        detached("--yes")
        return

    def fill(aws: Emulator, _running: ExitStack) -> str:
        aws.deploy(*templates, parameters=values, programs=programs)
        for file, name in aws.stacks.renamed.items():
            aws.say(f"The stack of {file} is called {name}: the others import from it by that name.")
        for name, value in aws.stacks.stood_in.items():
            aws.say(f"The parameter {name} was given no value; {value} stands in for one.")
        for name, owner in aws.stacks.passed.items():
            aws.say(f"The parameter {name} was given no value; the output {name} of {owner} is its value.")
        for name, value in aws.outputs.items():
            aws.say(f"Output  {name}  {value}")
        return ""

    said = arguments(templates, run, programs, values, settings)
    settings |= {"run": run, "images": images, "program": owner, "stopping": signalled(), "say": terminal.line}
    of_console = console_settings(console, [(name, "--yes", *said) for name in DRILLS])
    run_up(Emulator(owner.folder, **settings), fill, terminal.line, of_console)


def console_settings(
    wanted: bool, drills: Sequence[Sequence[str]], verbs: Sequence[str] = ()
) -> ConsoleSettings | None:
    """Settings of a console that is wanted, with more verbs than the emulator's own. Raises PortUnusable."""
    from ecs_emulator.ports import chosen
    from ecs_emulator.up import ConsoleSettings

    port = chosen(os.environ, {"CONSOLE_PORT": 0})[0] if os.environ.get("CONSOLE_PORT") else None
    return ConsoleSettings(port, tuple(verbs), tuple(map(tuple, drills))) if wanted else None


def prepare(cloud_port: int) -> None:
    """Before moto is loaded: it would look for the profile that the environment names."""
    from ecs_emulator.access_key import AccessKey
    from ecs_emulator.local import use_only

    # Until it is ready: to look for circles meanwhile is a seventh of what a start takes, and finds next to none.
    gc.disable()
    # The folder and its key are made when somebody has agreed to what will run.
    use_only(f"http://127.0.0.1:{cloud_port}", AccessKey.generate())


@contextmanager
def start_errors(folder: Path) -> Iterator[None]:
    """Context in which what keeps an emulator from starting or going on is one clear line. Raises ClickException."""
    from ecs_emulator.ports import PortUnusable

    try:
        yield
    except click.ClickException:
        # Before what loads moto, which would look for the profile that the environment names.
        raise
    except PortUnusable as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT):
            raise
        raise click.ClickException(f"{error.filename or folder} cannot be written: {error.strerror}.") from error
    except Exception as error:
        # Here and not above: the other commands start faster without a cloud.
        from ecs_emulator.refused import REFUSED

        if not isinstance(error, REFUSED):
            raise
        raise click.ClickException(str(error)) from error
    finally:
        # For a process that goes on without having been ready: `prepare` has taken it away.
        gc.enable()
