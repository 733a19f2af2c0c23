"""What the API has around it: the local cloud with all that the templates describe, and the site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3

from ops.publish import publish
from ops.seed import seed
from rehearsal.cloud import snapshot
from rehearsal.cloud.endpoint import Cloud
from rehearsal.cloud.server import Server
from rehearsal.cloud.website import Website
from rehearsal.local import LOCAL, REGION, use_only
from rehearsal.stacks.stack import Stacks

STACKS = Path(__file__).parent.parent / "cfn" / "stacks.yml"
SNAPSHOT = LOCAL / "snapshot.json"
HOST = "127.0.0.1"

Say = Callable[[str], None]


@contextmanager
def cloud(port: int, say: Say, host: str = HOST) -> Iterator[dict[str, str]]:
    """The local cloud with the stacks played and its rows as they were; the stacks' outputs. Raises TemplateError."""
    endpoint = Cloud(port, host)
    try:
        use_only(f"http://127.0.0.1:{port}")
        session = boto3.Session()

        stacks = Stacks(session, REGION)
        stacks.play_all(STACKS)
        say("The tables, the log group and the bucket of cfn/ are made.")
        if stacks.not_played:
            say(f"Not played here: {', '.join(sorted(stacks.not_played))}.")
        snapshot.restore(session, SNAPSHOT)
        try:
            count = seed(session, stacks.outputs["DynamoTable"])
            say(f"The table is seeded: {count} mysfits.")
            yield stacks.outputs
        finally:
            snapshot.save(session, SNAPSHOT)
    finally:
        endpoint.close()


@contextmanager
def site(bucket: str, api_url: str, port: int, say: Say, host: str = HOST) -> Iterator[None]:
    """The site, published for an API at `api_url` and served."""
    session = boto3.Session()
    count = publish(session, bucket, api_url)
    server = Server(Website(session, bucket), port, threads=4, host=host)
    say(f"The site is in its bucket: {count} files.")
    try:
        yield
    finally:
        server.close()
