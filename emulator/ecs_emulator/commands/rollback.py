"""`rollback`: the last completed or a named revision, followed to its end and proved."""

from __future__ import annotations

import click

from ecs_emulator.commands.options import on_target, patience, with_json
from ecs_emulator.ops import deployments, revisions
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.release import Release
from ecs_emulator.ops.services import describe, find, short
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal


@click.command()
@on_target
@click.argument("service", required=False)
@click.option(
    "--to", "wanted", metavar="REV", help="A revision: 7, family:7 or its ARN. Else the last that was completed."
)
@patience(900)
@with_json
def rollback(target: Target, service: str | None, wanted: str | None, timeout: int, out: Terminal) -> None:
    """Bring SERVICE back to the last completed or to a named revision, and prove it.

    A deployment that is under way is rolled back by ECS itself.
    """
    named, ecs = find(target, service), target.ecs
    now = describe(ecs, named)["taskDefinition"]
    release = Release(target, named, out, timeout)
    running = deployments.under_way(ecs, named)
    if wanted is not None:
        found = revisions.read(ecs, revisions.named(short(now).partition(":")[0], wanted))
        if found.get("status") == "INACTIVE":
            raise Failure(Outcome.NOT_FOUND, f"{short(found['taskDefinitionArn'])} was deregistered.")
        if found["taskDefinitionArn"] == now and not running:
            release.prove(now)
        else:
            release.bring(found["taskDefinitionArn"])
        return
    leaving = deployments.revision_of(ecs, running["targetServiceRevisionArn"]) if running else now
    last = deployments.completed(ecs, named, other_than=leaving)
    if last is None:
        raise Failure(Outcome.NOT_FOUND, f"No other revision of {named.short} was ever completed; say which with --to.")
    if running:
        release.undo(running["serviceDeploymentArn"], leaving, last, running.get("status", ""))
    else:
        release.bring(last)
