"""`mysfits update` and `rollback`: another revision, followed to its end and proved."""

from __future__ import annotations

import click

from ops import deployments, revisions
from ops.commands.options import assignments, on_target, patience, with_json
from ops.outcomes import Failure, Outcome
from ops.release import Release
from ops.services import describe, find, short
from ops.target import Target
from ops.terminal import Terminal


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
