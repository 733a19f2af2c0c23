"""`drill`: what visitors notice when something is done to a service, and the frame of every such command."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecs_emulator.commands.agreement import agree
from ecs_emulator.commands.arguments import DRILLS, arguments
from ecs_emulator.commands.group import program
from ecs_emulator.commands.load import with_ids, with_routes
from ecs_emulator.commands.options import Command, need_pictures, with_think_time
from ecs_emulator.commands.up import start_errors, task_options, with_templates
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.terminal import Terminal

if TYPE_CHECKING:
    from ecs_emulator.experiments.drill import Drill
    from ecs_emulator.experiments.run import DrillOptions
    from ecs_emulator.experiments.subject import Subject

    MakeOptions = Callable[[Callable[[str], None]], DrillOptions]


def with_drilling(command: Command) -> Command:
    """Give a command `options`, which makes those of every drill and says what it chose, and `keep`, the folder of what
    drills leave.
    """

    @click.option("--speed", type=click.FloatRange(1, 60),
                  help="How many times faster than on AWS every interval is; processes start no faster. By default "
                       "what this machine can carry now: 10, 5 or 2.")  # fmt: skip
    @click.option("--clients", type=click.IntRange(1, 4096), default=64, show_default=True, help="Visitors at a time.")
    @with_think_time
    @click.option("--requests", type=click.IntRange(0),
                  help="At the least so many requests; else as many as the drill has itself.")  # fmt: skip
    @click.option("--keep", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
                  help="Put pictures, figures and all that the rehearsals wrote into this folder.")  # fmt: skip
    @wraps(command)
    def on(*, speed: float | None, clients: int, think_seconds: float, requests: int | None, **said: Any) -> None:
        # Here and not above: AWS clients take a second to load.
        from ecs_emulator.experiments.run import DrillOptions
        from ecs_emulator.experiments.speeds import measured

        def options(say: Callable[[str], None]) -> DrillOptions:
            chosen = speed
            if chosen is None:
                chosen, why = measured()
                say(why)
            return DrillOptions(chosen, clients, requests, think_seconds)

        command(options=options, **said)

    return on


def drilled(
    drills: Sequence[Drill], subject: Callable[[Drill], Subject], make_options: MakeOptions, keep: Path | None
) -> None:
    """Run drills, one after the other, and show what has come of each.

    Raises Failure: FAILED when one has failed, INCONCLUSIVE when nothing can be said of one.
    """
    need_pictures()
    # Here and not above: drawing takes a second to load.
    from ecs_emulator.experiments import show
    from ecs_emulator.experiments.emulator import EmulatorNotReady
    from ecs_emulator.experiments.polling import TookTooLong
    from ecs_emulator.experiments.processes import NoProcess
    from ecs_emulator.experiments.run import run
    from ecs_emulator.load.workload import CannotLoad

    out, owner = Terminal(), program()
    options = make_options(out.say)
    outcomes = []
    for each in drills:
        with ExitStack() as opened:
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                results, folder = keep, Path(tempfile.mkdtemp(prefix=f"{each.name}-", dir=keep))
            else:
                results = owner.folder / "drills"
                folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix=f"{owner.name}-drill-")))
            try:
                outcomes.append(run(each, subject(each), options, folder, results, out.say))
            except (CannotLoad, NoProcess, EmulatorNotReady, TookTooLong) as error:
                raise Failure(Outcome.FAILED, f"{each.name}: {error}") from error
        out.say()
        out.show(show.outcome(outcomes[-1]))
        out.say(f"The picture is {outcomes[-1].picture}.\n")
    if len(outcomes) > 1:
        for result in outcomes:
            out.show(show.verdict(result))
    if failed := [result.drill.name for result in outcomes if result.verdict == "failed"]:
        raise Failure(Outcome.FAILED, f"These drills have failed: {', '.join(failed)}.")
    if unknown := [result.drill.name for result in outcomes if result.inconclusive]:
        raise Failure(Outcome.INCONCLUSIVE, f"Nothing can be said of these drills: {', '.join(unknown)}.")


@click.command()
@click.argument("name", type=click.Choice(DRILLS))
@with_templates()
@task_options
@with_routes("{id} is each --id in turn.")
@with_ids
@with_drilling
def drill(
    name: str,
    templates: tuple[Path, ...],
    run: dict[str, str],
    programs: Path | None,
    values: dict[str, str],
    yes: bool,
    routes: tuple[str, ...],
    ids: tuple[str, ...],
    options: MakeOptions,
    keep: Path | None,
    **settings: Any,
) -> None:
    """Do something to the service of the TEMPLATEs under constant load, and judge what visitors noticed.

    \b
      rollout         another revision comes into service: one variable more
      task-stopped    ECS stops one of its tasks
      task-killed     its processes get SIGKILL
      task-unhealthy  it fails its health checks, and serves as before
      task-slow       the load balancer reaches it a second late
      task-cut-off    the load balancer reaches it no more

    Each has a rehearsal of its own, beside any other, and leaves a picture and its figures in .ecs-emulator/drills.
    Ends with 4 when the drill has failed, and with 9 when it was late on a machine that gave it no processor time,
    which it measures: then nothing can be said of it.
    """
    from ecs_emulator.experiments import faulty_task, rollout, task_killed
    from ecs_emulator.experiments.subject import Subject, requests
    from ecs_emulator.scheduler.images import Images

    owner = program()
    with start_errors(owner.folder):
        images = Images(owner.folder / "images", stand_in=True)
        programs = agree(templates, values, run, programs, settings, images, yes)
    said = arguments(templates, run, programs, values, settings)
    command = [sys.executable, "-m", owner.module, "up", "--yes", *said]
    subject = Subject(command, workload=requests(routes or ("GET /",), ids), program=owner)
    drills = (rollout.DRILL, task_killed.DRILL, *faulty_task.DRILLS)
    drilled([next(each for each in drills if each.name == name)], lambda _: subject, options, keep)
