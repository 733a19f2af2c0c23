"""`update`: another revision, followed to its end and proved."""

from __future__ import annotations

import click

from ecs_emulator.commands.options import assignments, on_cluster, patience, with_json
from ecs_emulator.ops.release import Release, RevisionChange
from ecs_emulator.ops.services import find
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal


@click.command()
@on_cluster
@click.argument("service", required=False)
@click.option("--image", metavar="TAG", help="Another tag of the image's repository, or a whole image reference.")
@click.option("--container", metavar="NAME", help="Another container than the one that the load balancer talks to.")
@click.option(
    "--env", "environment", metavar="K=V", multiple=True, callback=assignments, help="A setting; many may be said."
)
@click.option("--task-definition", metavar="REV", help="A revision that exists: 7, family:7 or its ARN.")
@click.option("--anyway", is_flag=True, help="Take the place of a deployment that is under way.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@patience(1800)
@with_json
def update(
    target: Target,
    service: str | None,
    image: str | None,
    container: str | None,
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
        raise click.UsageError("Say --image or --env or both, or else --task-definition.")
    release = Release(target, find(target, service), out, timeout)
    if not anyway:
        release.refuse_while_under_way()
    release.update(RevisionChange(image, environment, task_definition, container), dry_run)
