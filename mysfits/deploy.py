"""`mysfits deploy`: the stacks of cfn/stacks.yml."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ecs_emulator.commands.options import assignments, patience, with_json
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from mysfits.account import on_account
from ops.conventions import OUTPUTS, write_outputs
from ops.stacks.deploy import StackDeployment, outputs
from ops.stacks.listing import Listed, Setting, StackListing, settings


@click.command()
@on_account
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@click.option("--assembly", metavar="NAME", help="Which services: monolith (as always) or another of cfn/stacks.yml.")
@click.option("--set", "said", metavar="K=V", multiple=True, callback=assignments,
              help="A parameter, also as STACK.K=V; many may be said.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--anyway", is_flag=True, help="With --aws: begin although the account is not ready for it.")
@patience(3600)
@with_json
def deploy(
    target: Target,
    stacks: tuple[str, ...],
    assembly: str | None,
    said: dict[str, str],
    dry_run: bool,
    anyway: bool,
    timeout: int,
    out: Terminal,
) -> None:
    """Deploy the stacks of cfn/stacks.yml in order, or those named, each by a change set that is shown first.

    A parameter that is not said keeps the value it has. An image that was brought by `update` or a pipeline is never
    replaced by an older one without a word. On AWS it looks first at what would fail late; `mysfits doctor --aws` looks
    at more.
    """
    listed = StackListing(assembly)
    chosen = listed.chosen(stacks)
    given = settings(said, chosen)
    if target.on_aws and not anyway:
        _refuse_unready(target, listed, chosen, given, out)
    done = StackDeployment(target, out, timeout, dry_run).deploy(chosen, given)
    found = {} if dry_run else outputs(target, listed.all)
    # The rehearsal is asked for its outputs; a file here would make --aws work with them.
    if target.on_aws and not dry_run:
        write_outputs(found)
        out.say(f"The outputs are in {OUTPUTS}.")
    out.result(outcome="done", dry_run=dry_run, stacks=done, outputs=found)


def _refuse_unready(
    target: Target, listed: StackListing, chosen: Sequence[Listed], given: Sequence[Setting], out: Terminal
) -> None:
    """Raises Failure (FAILED, DENIED) when the account is not ready for the deployment."""
    # Here and not above: the other commands start faster without it.
    from ecs_emulator.doctor.findings import State, judge, show
    from ops.doctor.aws import Doctor, outcome

    looked = Doctor(target, listed, chosen, given).quick()
    found = show(out, (each for each in looked if each.state is not State.GOOD))
    if any(each.state is State.BAD for each in found):
        out.say("Nothing was begun; `--anyway` begins all the same.")
        judge(out, found, outcome(found))
