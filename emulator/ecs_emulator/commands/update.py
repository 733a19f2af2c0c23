"""`update`: another revision, followed to its end and proved."""

from __future__ import annotations

import click

from ecs_emulator.commands.options import assignments, on_target, patience, with_json
from ecs_emulator.ops import revisions
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.release import Release
from ecs_emulator.ops.services import describe, find, short
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal


@click.command()
@on_target
@click.argument("service", required=False)
@click.option("--image", metavar="TAG", help="Another tag of the image's repository, or a whole image reference.")
@click.option(
    "--env", "environment", metavar="K=V", multiple=True, callback=assignments, help="A setting; many may be said."
)
@click.option("--task-definition", metavar="REV", help="A revision that exists: 7, family:7 or its ARN.")
@click.option("--anyway", is_flag=True, help="Take the place of a deployment that is under way.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@patience(900)
@with_json
def update(
    target: Target,
    service: str | None,
    image: str | None,
    environment: dict[str, str],
    task_definition: str | None,
    anyway: bool,
    dry_run: bool,
    timeout: int,
    out: Terminal,
) -> None:
    """Bring another revision of SERVICE into service, and prove that it is what runs.

    SERVICE may be a part of its name; the only service needs none. The new revision is made from the running one.
    """
    if bool(task_definition) == bool(image or environment):
        raise click.UsageError("Say either --image and --env, or --task-definition.")
    named, ecs = find(target, service), target.ecs
    now = describe(ecs, named)
    old = revisions.read(ecs, now["taskDefinition"])
    release = Release(target, named, out, timeout)
    if not anyway:
        release.refuse_while_under_way()
    if task_definition:
        new = revisions.read(ecs, revisions.named(old["family"], task_definition))
        if new.get("status") == "INACTIVE":
            raise Failure(Outcome.NOT_FOUND, f"{short(new['taskDefinitionArn'])} was deregistered.")
    else:
        container = revisions.main_container(now, old)
        new = revisions.changed(old, container, image, environment, target.outputs.get("ImageRepository"))
    lines = revisions.difference(old, new)
    out.say(f"{named.short} runs {short(now['taskDefinition'])}.")
    for line in lines or ["nothing changes"]:
        out.say(f"  {line}")
    if dry_run:
        out.result(
            outcome="done", dry_run=True, service=named.service, revision=short(now["taskDefinition"]), changes=lines
        )
        return
    if task_definition:
        revision = new["taskDefinitionArn"]
    else:
        revision = revisions.register(ecs, new) if lines else now["taskDefinition"]
    if revision == now["taskDefinition"]:
        release.prove(revision, changes=[])
    else:
        release.bring(revision)
