"""What is around the tasks: the local cloud, the rows and events it keeps, and the site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import boto3

from ops.publish import publish
from ops.seed import seed_all
from rehearsal.access_key import AccessKey
from rehearsal.cloud import snapshot
from rehearsal.cloud.endpoint import Cloud
from rehearsal.cloud.server import Server
from rehearsal.cloud.service import Played, bound
from rehearsal.cloud.website import Website
from rehearsal.local import LOCAL, REGION, use_only
from rehearsal.stacks.files import MONOLITH, Listing
from rehearsal.stacks.operations import OPERATIONS as CLOUDFORMATION
from rehearsal.stacks.stack import Stacks

STACKS = Path(__file__).parent.parent / "cfn" / "stacks.yml"
SNAPSHOT = LOCAL / "snapshot.json"
HOST = "127.0.0.1"

Say = Callable[[str], None]


@contextmanager
def cloud(port: int, key: AccessKey, say: Say, host: str = HOST, names: Iterable[str] = ()) -> Iterator[dict[str, str]]:
    """The local cloud with the stacks played and its rows as they were, without tasks; the stacks' outputs.

    `names` are hosts by which others than this machine reach it. Raises TemplateError.
    """
    use_only(f"http://127.0.0.1:{port}", key)
    with closing(Cloud(port, host, key=key)) as endpoint:
        for name in names:
            endpoint.guard.admit(name)
        session = boto3.Session()
        with closing(Stacks(session, REGION)) as stacks:
            endpoint.play("cloudformation", Played(bound(CLOUDFORMATION, stacks)))
            stacks.play_all(Listing.read(STACKS).all(MONOLITH))
            say("The tables, the log group and the bucket of cfn/ are made.")
            with rows_and_events(session, stacks.outputs, say):
                yield stacks.outputs


@contextmanager
def rows_and_events(session: boto3.Session, outputs: dict[str, str], say: Say) -> Iterator[None]:
    """The tables and log groups as they were when the last rehearsal stopped, and seeded; kept again at the end."""
    snapshot.restore(session, SNAPSHOT)
    try:
        rows = seed_all(session, outputs)
        say(f"The tables are seeded: {', '.join(f'{count} {what}' for what, count in rows.items())}.")
        yield
    finally:
        snapshot.save(session, SNAPSHOT)


@contextmanager
def site(bucket: str, api_url: str, port: int, say: Say, host: str = HOST) -> Iterator[None]:
    """The site, published for an API at `api_url` and served."""
    session = boto3.Session()
    count = publish(session, bucket, api_url)
    say(f"The site is in its bucket: {count} files.")
    with closing(Server(Website(session, bucket), port, threads=4, host=host)):
        yield
