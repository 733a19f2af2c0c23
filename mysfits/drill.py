"""`mysfits drill`: a drill on the service, and what its visitors noticed."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.terminal import Terminal
from ops.local.program import MYSFITS


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="Every drill, one after the other.")
@click.option("--list", "listed", is_flag=True, help="Say which drills there are.")
@click.option("--speed", type=click.FloatRange(1, 60), default=10.0, show_default=True,
              help="How many times faster than on AWS every interval is; processes start no faster.")  # fmt: skip
@click.option("--clients", type=click.IntRange(1, 4096), default=64, show_default=True, help="Visitors at a time.")
@click.option("--requests", type=click.IntRange(0),
              help="At the least so many requests; else the rollout 20,000, the cut-over 40,000.")  # fmt: skip
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
              help="Put pictures, figures and all that the rehearsals wrote into this folder.")  # fmt: skip
def drill(
    names: tuple[str, ...],
    everything: bool,
    listed: bool,
    speed: float,
    clients: int,
    requests: int | None,
    keep: Path | None,
) -> None:
    """Do something to the service under constant load, and judge what visitors noticed.

    Each drill NAME has a rehearsal of its own, beside any other, and leaves a picture and its figures in
    .local/drills. Ends with 4 when one has failed, and with 9 when one was late on a machine that gave it no processor
    time, which it measures: then nothing can be said of it.
    """
    # Here and not above: drawing and AWS clients take a second to load.
    from ecs_emulator.experiments import show
    from ecs_emulator.experiments.emulator import EmulatorNotReady
    from ecs_emulator.experiments.polling import TookTooLong
    from ecs_emulator.experiments.processes import NoProcess
    from ecs_emulator.experiments.run import DrillOptions, run
    from ecs_emulator.load.workload import CannotLoad
    from reliability.drills.programme import PROGRAMME, subject

    out = Terminal()
    known = {each.name: each for each in PROGRAMME}
    if listed:
        for each in PROGRAMME:
            out.say(f"{each.name:<18} {each.promise}")
        return
    for name in names:
        if name not in known:
            raise click.UsageError(f"No such drill: {name}. There are: {', '.join(known)}.")
    chosen = list(PROGRAMME) if everything else [known[name] for name in dict.fromkeys(names)]
    if not chosen:
        raise click.UsageError(f"Which drill? There are: {', '.join(known)}; --all runs every one.")

    outcomes = []
    for each in chosen:
        with ExitStack() as opened:
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                results, folder = keep, Path(tempfile.mkdtemp(prefix=f"{each.name}-", dir=keep))
            else:
                results = MYSFITS.folder / "drills"
                folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="mysfits-drill-")))
            try:
                options = DrillOptions(speed, clients, requests)
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
