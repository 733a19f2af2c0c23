"""`mysfits seed` and `publish`: what fills the table and the bucket."""

from __future__ import annotations

import click

from ops.commands.options import on_target, with_json
from ops.publish import invalidate
from ops.publish import publish as publish_site
from ops.seed import seed_all
from ops.target import Target
from ops.terminal import Terminal


@click.command()
@on_target
@with_json
def seed(target: Target, out: Terminal) -> None:
    """Store the twelve mysfits, and users, threads and posts. Likes and adoptions stay as they are."""
    table = target.output("DynamoTable")
    counts = seed_all(target.session, target.outputs)
    for kind, count in counts.items():
        name = table if kind == "mysfits" else target.output(f"{kind.capitalize()}Table")
        out.say(f"{count} {kind} are in {name}.")
    out.result(outcome="done", **counts)


@click.command()
@on_target
@with_json
def publish(target: Target, out: Terminal) -> None:
    """Upload the site to its bucket, with the API's address in it."""
    bucket = target.output("SiteBucket")
    count = publish_site(target.session, bucket, target.api_url)
    out.say(f"{count} files of the site are in {bucket}.")
    if distribution := target.outputs.get("DistributionId"):
        invalidate(target.session, distribution)
        out.say(f"CloudFront ({distribution}) forgets what it has of the site; it takes a minute or two.")
    out.result(outcome="done", bucket=bucket, files=count, invalidated=distribution)
