"""Revision that runs: what was set, else what ECS says, else that this is development."""

import http.client
import json
import logging
import re
from dataclasses import replace
from urllib.parse import urlsplit

from app.kit.config import DEVELOPMENT, Config

log = logging.getLogger(__name__)

UNKNOWN = "unknown"
PATIENCE = 1  # seconds: a start does not wait for a word about itself
LONGEST = 256 * 1024  # bytes of metadata that are read


def with_revision(config: Config) -> Config:
    """The settings with what runs, for which a task asks ECS. Without an answer it is UNKNOWN."""
    if config.revision != DEVELOPMENT or not config.metadata_uri:
        return config
    try:
        return replace(config, revision=_of_this_task(config.metadata_uri))
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError, RecursionError) as error:
        log.warning("ECS does not say which revision runs.", extra={"cause": repr(error)[:300]})
        return replace(config, revision=UNKNOWN)


def _of_this_task(metadata_uri: str) -> str:
    """`family:revision` of this task's definition.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
    """
    address = urlsplit(metadata_uri)
    # Not urllib's `urlopen`: it would ask a proxy.
    connection = http.client.HTTPConnection(address.hostname or "", address.port or 80, timeout=PATIENCE)
    try:
        connection.request("GET", f"{address.path}/task")
        answer = connection.getresponse()
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        task = json.loads(answer.read(LONGEST))
    finally:
        connection.close()
    revision = f"{task['Family']}:{task['Revision']}"
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}:\d{1,20}", revision, re.ASCII):
        raise ValueError(f"{revision[:80]!r} is no revision")
    return revision
