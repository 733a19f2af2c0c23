"""`push`: images of the developer's programs, rolled out when asked."""

from __future__ import annotations

from pathlib import Path

import click

from ecs_emulator.commands.group import program
from ecs_emulator.commands.options import local, patience, with_json
from ecs_emulator.local import PROGRAMS
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.programs import ProgramWatch, roll_out
from ecs_emulator.ops.terminal import Terminal
from ecs_emulator.scheduler.program_file import NAME, WrongPrograms
from ecs_emulator.scheduler.program_images import BuildFailed, ProgramImages


@click.command()
@click.argument("containers", nargs=-1, metavar="[CONTAINER]...")
@click.option(
    "--programs",
    "file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The programs file; without it the one that the emulator was started with, else ecs-emulator.yml here.",
)
@click.option("--update", is_flag=True, help="Bring it into service wherever it runs, and prove it.")
@click.option("--watch", is_flag=True, help="Go on with that whenever a file of it changes, until Ctrl-C.")
@click.option("--cluster", metavar="NAME", help="The cluster; without one it is all.")
@patience(900)
@with_json
def push(
    containers: tuple[str, ...],
    file: Path | None,
    update: bool,
    watch: bool,
    cluster: str | None,
    timeout: int,
    out: Terminal,
) -> None:
    """Build the programs of CONTAINERs, or of all, into images of the emulator, and tell their ids.

    An image is a copy of the program's folder after its build. Its id follows from its content, and is a tag for
    `update --image`. A build that fails makes no image, and what runs goes on.
    """
    images = ProgramImages(program().folder / PROGRAMS)
    source = file or images.source or Path(NAME)
    target = local(cluster) if update or watch else None
    watching = ProgramWatch(source, images, containers, out)
    try:
        pushed = watching.push()
    except WrongPrograms as error:
        raise Failure(Outcome.USAGE, str(error)) from error
    except BuildFailed as error:
        if not watch:
            raise Failure(Outcome.FAILED, str(error)) from error
        pushed = {}
        out.say(f"{error}\nThe next change is tried again.")
    if target is None:
        out.result(outcome=Outcome.DONE.word, images=pushed)
        return
    roll_out(target, pushed, out, timeout)
    if watch:
        out.say("Watching for changes; Ctrl-C ends it.")
        watching.follow(lambda pushed: roll_out(target, pushed, out, timeout))
