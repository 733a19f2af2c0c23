"""AWS endpoint that clients talk to, and what stands behind it."""

from __future__ import annotations

import botocore.session
from botocore.loaders import Loader

from ecs_emulator.sessions import LOADER

_created = botocore.session.create_loader


def _loader(search_path_string: str | None = None) -> Loader:
    """One reader for all sessions, but for those that have descriptions of their own."""
    return LOADER if search_path_string is None else _created(search_path_string)


# Each session of boto3 would read AWS's descriptions of its services anew, and moto makes some while it is loaded: with
# one reader for all of them the emulator is up a second earlier. Here, because this is run before moto is loaded.
botocore.session.create_loader = _loader
