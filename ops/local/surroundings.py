"""Surroundings of the tasks: the local cloud with its data, and the site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import boto3

from ecs_emulator.access_key import AccessKey
from ecs_emulator.cloud.durable.calls import OURS
from ecs_emulator.cloud.durable.damage import opened
from ecs_emulator.cloud.durable.database import Database, NotWritten
from ecs_emulator.cloud.durable.journal import Journal
from ecs_emulator.cloud.durable.takeover import take_over
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.moto_backend import MOTO_LOCK
from ecs_emulator.cloud.server import WebServer
from ecs_emulator.cloud.service import OperationHandlers, bound
from ecs_emulator.cloud.website import Website
from ecs_emulator.local import DATABASE, REGION, Unusable
from ecs_emulator.sessions import session_of
from ecs_emulator.stacks.operations import OPERATIONS as CLOUDFORMATION
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.supervisor import Supervisor
from ops.local.last_parameters import LastParameters
from ops.publish import publish, read_mysfits
from ops.seed import seed_all
from ops.stacks.listing import LISTING as STACKS
from ops.stacks.listing import MONOLITH, Listing

__all__ = ["STACKS", "Say", "cloud", "fill", "site"]

SNAPSHOT = "snapshot.json"  # of earlier versions, in the data folder
HOST = "127.0.0.1"

Say = Callable[[str], None]


@contextmanager
def cloud(
    folder: Path,
    port: int,
    key: AccessKey,
    say: Say,
    supervisor: Supervisor,
    host: str = HOST,
    names: Iterable[str] = (),
) -> Iterator[tuple[boto3.Session, dict[str, str]]]:
    """The local cloud with the stacks deployed and its data as it was in `folder`, without tasks: a session of it, and
    the stacks' outputs.

    `names` are hosts by which others than this machine reach it. Raises TemplateError or Unusable.
    """
    database = opened(folder / DATABASE, say)
    last = LastParameters(database, MOTO_LOCK)
    with closing(Cloud(port, host, key=key, database=database, say=say)) as endpoint:
        for name in names:
            endpoint.guard.admit(name)
        supervisor.watch(*endpoint.workers)
        session = session_of(f"http://127.0.0.1:{port}", key, OURS)
        with closing(Stacks(session, REGION, completed=last.remember)) as stacks:
            endpoint.emulate("cloudformation", OperationHandlers(bound(CLOUDFORMATION, stacks)))
            listed = Listing.read(STACKS).all(MONOLITH)
            stacks.deploy_all(listed, last.used(listed, {}, say))
            say("The tables, the log group and the bucket of cfn/ are made.")
            fill(folder, session, endpoint.journal, database, stacks.outputs, [each.name for each in listed], say)
            yield session, stacks.outputs


def fill(
    folder: Path,
    session: boto3.Session,
    journal: Journal | None,
    database: Database,
    outputs: dict[str, str],
    deployed: Iterable[str],
    say: Say,
) -> None:
    """Data that the stacks do not make: that of earlier versions, what was made by hand, the seeds. Raises Unusable."""
    snapshot = folder / SNAPSHOT
    try:
        take_over(snapshot, REGION, database, MOTO_LOCK, say)
    except (NotWritten, OSError, ValueError, LookupError) as error:
        raise Unusable(
            f"{snapshot} cannot be taken over: {error!r}. It is untouched; move it away to go on."
        ) from error
    if journal:
        journal.start(say, deployed)
    rows = seed_all(session, outputs)
    say(f"The tables are seeded: {', '.join(f'{count} {what}' for what, count in rows.items())}.")


@contextmanager
def site(
    session: boto3.Session,
    outputs: Mapping[str, str],
    api_url: str,
    site_url: str,
    port: int,
    say: Say,
    supervisor: Supervisor,
    host: str = HOST,
) -> Iterator[None]:
    """The site, published for an API at `api_url` and a visitor who finds it at `site_url`, and served."""
    bucket = outputs["SiteBucket"]
    mysfits = read_mysfits(session, outputs.get("DynamoTable"))
    count = publish(session, bucket, api_url, site_url, mysfits)
    say(f"The site is in its bucket: {count} files.")
    with closing(WebServer(Website(bucket), port, threads=4, host=host, name="The site's server")) as server:
        supervisor.watch(server.worker)
        yield
