"""`mysfits destroy`: the stacks, in the opposite order."""

from __future__ import annotations

import click

from ecs_emulator.commands.options import patience, with_json
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from mysfits.account import on_account
from ops.stacks.destroy import Destruction
from ops.stacks.listing import StackListing


@click.command()
@on_account
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted and what kept, and delete nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@patience(3600)
@with_json
def destroy(target: Target, stacks: tuple[str, ...], dry_run: bool, yes: bool, timeout: int, out: Terminal) -> None:
    """Delete the stacks of cfn/stacks.yml in the opposite order, or those named, and nothing else.

    Buckets and repositories that go with them are emptied. What is kept is listed, with what it costs.
    """
    work = Destruction(target, out, timeout)
    plan = work.plan(StackListing().chosen(stacks, everything=True))
    work.show(plan)
    if dry_run or not plan:
        out.result(outcome="done", dry_run=dry_run, stacks=[each.facts() for each in plan])
        return
    if not yes:
        if out.as_json or not out.is_live:
            raise Failure(Outcome.USAGE, "Nobody can be asked here: say --yes.")
        click.confirm("Delete all this?", abort=True)
    work.destroy(plan)
    out.result(outcome="done", dry_run=False, stacks=[each.facts() for each in plan])
