"""`mysfits publish`: the site in its bucket."""

from __future__ import annotations

import click

from ecs_emulator.commands.options import on_target, with_json
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from ops.conventions import api_url
from ops.face import display_face
from ops.publish import invalidate, read_mysfits
from ops.publish import publish as publish_site


@click.command()
@on_target
@with_json
def publish(target: Target, out: Terminal) -> None:
    """Upload the site to its bucket, with the API's address in it and a page for each mysfit."""
    bucket = target.output("SiteBucket")
    mysfits = read_mysfits(target.session, target.outputs.get("DynamoTable"))
    site_url = target.outputs.get("S3WebsiteURL", "")
    count = publish_site(target.session, bucket, api_url(target), site_url, mysfits)
    out.say(f"{count} files of the site are in {bucket}, pages for {len(mysfits)} mysfits among them.")
    if display_face() is None:
        out.say(
            "Without its display face and cards: fontpkg-fraunces, fonttools, brotli and resvg-py are not installed."
        )
    if distribution := target.outputs.get("DistributionId"):
        invalidate(target.session, distribution)
        out.say(f"CloudFront ({distribution}) forgets what it has of the site; it takes a minute or two.")
    out.result(outcome="done", bucket=bucket, files=count, invalidated=distribution)
