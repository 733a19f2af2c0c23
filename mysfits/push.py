"""`mysfits push`: an image for the rehearsal."""

from __future__ import annotations

import click

from ecs_emulator.commands.options import with_json
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.terminal import Terminal
from ecs_emulator.scheduler.docker.engine import Engine, NoEngine
from ecs_emulator.scheduler.docker.images import NotBuilt
from ecs_emulator.scheduler.snapshots import NoSource, TagTaken, WrongTag
from ops.local.image import built, snapshots
from ops.local.program import MYSFITS
from ops.push import push as push_image


@click.command()
@click.argument("tag", required=False)
@click.option("--docker", is_flag=True, help="Build it in the Docker engine, for `mysfits up --docker`.")
@with_json
def push(tag: str | None, docker: bool, out: Terminal) -> None:
    """Take a snapshot of the code as the image TAG of the rehearsal, running or not.

    It stands in for the build and the push of an image. Without TAG it is the commit; code that differs from it adds
    a hash of its own. A tag is never overwritten.
    """
    try:
        pushed = push_image(built(Engine()) if docker else snapshots(MYSFITS.folder), tag)
    except WrongTag as error:
        raise Failure(Outcome.USAGE, str(error)) from error
    except (NoEngine, NoSource, NotBuilt, TagTaken) as error:
        raise Failure(Outcome.FAILED, str(error)) from error
    # The tag alone, for a shell's $( ).
    out.say(pushed.tag)
    out.result(outcome="done", tag=pushed.tag, new=pushed.is_new)
