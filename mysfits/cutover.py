"""`mysfits cutover`: the service that gets the requests of a feature."""

from __future__ import annotations

import click

from ecs_emulator.commands.options import on_target, patience, with_json
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from ops.traffic import MONOLITH, Cutover, side

from_stack = click.option(
    "--from", "rest", metavar="STACK", default=MONOLITH, show_default=True, help="The stack of the monolith."
)


@click.command()
@on_target
@click.argument("feature")
@click.option("--weight", type=click.IntRange(0, 100), metavar="N", help="Percent of the requests on its paths.")
@click.option("--all", "everything", is_flag=True, help="All of them: the monolith gets none any more.")
@click.option("--back", is_flag=True, help="None of them: the monolith gets all again.")
@from_stack
@patience(120)
@with_json
def cutover(
    target: Target,
    feature: str,
    weight: int | None,
    everything: bool,
    back: bool,
    rest: str,
    timeout: int,
    out: Terminal,
) -> None:
    """Move requests of FEATURE from the monolith to the feature's own service, the stack mysfits-FEATURE.

    Weights are changed in the listener's rule; answers are watched until they come from where they should.
    """
    if [weight is not None, everything, back].count(True) != 1:
        raise click.UsageError("Say one of --weight N, --all and --back.")
    share = 100 if everything else 0 if back else weight or 0
    stack = feature if feature.startswith("mysfits-") else f"mysfits-{feature}"
    came = Cutover(target, side(target, stack), side(target, rest), out, timeout).move(share)
    out.say(f"{stack} gets {share} % of its requests.")
    out.result(outcome="done", feature=stack, weight=share, answers=came)
