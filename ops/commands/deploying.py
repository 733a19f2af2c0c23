"""`mysfits deploy` and `destroy`: the stacks."""

from __future__ import annotations

from typing import Any

import click

from ops.commands import options
from ops.commands.options import ON_AWS, assignments, patience, with_json
from ops.outcomes import Failure, Outcome
from ops.stacks.deploy import Deployment, outputs, write_outputs
from ops.stacks.destroy import Destruction
from ops.stacks.listing import Stacks, settings
from ops.target import OUTPUTS, Target
from ops.terminal import Terminal


def _account(_context: click.Context, _option: Any, on_aws: bool) -> Target:
    """Before the first deployment there are no outputs yet."""
    return options.aws(outputs_needed=False) if on_aws else options.local()


on_account = click.option("--aws", "target", is_flag=True, flag_value=True, callback=_account, help=ON_AWS)


@click.command()
@on_account
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@click.option("--assembly", metavar="NAME", help="Which services: monolith (as always) or another of cfn/stacks.yml.")
@click.option("--set", "said", metavar="K=V", multiple=True, callback=assignments,
              help="A parameter, also as STACK.K=V; many may be said.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@patience(3600)
@with_json
def deploy(
    target: Target,
    stacks: tuple[str, ...],
    assembly: str | None,
    said: dict[str, str],
    dry_run: bool,
    timeout: int,
    out: Terminal,
) -> None:
    """Deploy the stacks of cfn/stacks.yml in order, or those named, each by a change set that is shown first.

    A parameter that is not said keeps the value it has. An image that was brought by `update` or a pipeline is never
    replaced by an older one without a word.
    """
    listed = Stacks(assembly)
    chosen = listed.chosen(stacks)
    done = Deployment(target, out, timeout, dry_run).deploy(chosen, settings(said, chosen))
    found = {} if dry_run else outputs(target, listed.all)
    # The rehearsal is asked for its outputs; a file here would make --aws work with them.
    if target.on_aws and not dry_run:
        write_outputs(found)
        out.say(f"The outputs are in {OUTPUTS}.")
    out.result(outcome="done", dry_run=dry_run, stacks=done, outputs=found)


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
    plan = work.plan(Stacks().chosen(stacks, everything=True))
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
