"""Revision that runs: what was set, else what ECS says, else that this is development."""

import logging
import re
from dataclasses import replace

from app.kit.config import DEVELOPMENT, Config
from app.kit.task_metadata import NO_ANSWER, task

log = logging.getLogger(__name__)

UNKNOWN = "unknown"


def with_revision(config: Config) -> Config:
    """The settings with what runs, for which a task asks ECS. Without an answer it is UNKNOWN."""
    if config.revision != DEVELOPMENT or not config.metadata_uri:
        return config
    try:
        return replace(config, revision=_of_this_task(config.metadata_uri))
    except NO_ANSWER as error:
        log.warning("ECS does not say which revision runs.", extra={"cause": repr(error)[:300]})
        return replace(config, revision=UNKNOWN)


def _of_this_task(metadata_uri: str) -> str:
    """`family:revision` of this task's definition."""
    document = task(metadata_uri)
    revision = f"{document['Family']}:{document['Revision']}"
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}:\d{1,20}", revision, re.ASCII):
        raise ValueError(f"{revision[:80]!r} is no revision")
    return revision
