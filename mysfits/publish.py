"""`mysfits publish`: the site in its bucket."""

from __future__ import annotations

import click

from ecs_emulator.commands.options import on_target, with_json
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from ops.conventions import api_url
from ops.publish import invalidate
from ops.publish import publish as publish_site


@click.command()
@on_target
@with_json
def publish(target: Target, out: Terminal) -> None:
    """Upload the site to its bucket, with the API's address in it."""
    bucket = target.output("SiteBucket")
    count = publish_site(target.session, bucket, api_url(target))
    out.say(f"{count} files of the site are in {bucket}.")
    if distribution := target.outputs.get("DistributionId"):
        invalidate(target.session, distribution)
        out.say(f"CloudFront ({distribution}) forgets what it has of the site; it takes a minute or two.")
    out.result(outcome="done", bucket=bucket, files=count, invalidated=distribution)
