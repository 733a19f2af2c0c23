"""AWS endpoint that clients talk to, and what stands behind it."""

from __future__ import annotations

import functools

import botocore.session

# Each session of boto3 would read AWS's descriptions of its services anew, and moto makes some while it is loaded: with
# one reader for all of them the emulator is up a second earlier. Here, because this is run before moto is loaded.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)
