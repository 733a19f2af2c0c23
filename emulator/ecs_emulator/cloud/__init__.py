"""AWS endpoint that clients talk to, and what stands behind it."""

from __future__ import annotations

from typing import Any

import botocore.session

from ecs_emulator.sessions import LOADER

_created = botocore.session.create_loader


def _loader(search_path: str | None = None) -> Any:
    """One reader for all sessions, but for those that have descriptions of their own."""
    return LOADER if search_path is None else _created(search_path)


# Each session of boto3 would read AWS's descriptions of its services anew, and moto makes some while it is loaded: with
# one reader for all of them the emulator is up a second earlier. Here, because this is run before moto is loaded.
botocore.session.create_loader = _loader
