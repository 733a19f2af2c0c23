"""Processes of this machine, the families of those that a test started among them."""

from __future__ import annotations

import contextlib
from pathlib import Path


def living(mark: str) -> dict[int, str]:
    """Process id to command line of every process whose environment holds `mark` (a `NAME=value`).

    A child inherits its parent's environment, so this finds whole families, orphans included.
    """
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # ended while we looked, or somebody else's
            # The dead that nobody has asked about yet have no environment any more.
            if f"{mark}\0".encode() in (folder / "environ").read_bytes() + b"\0":
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ").strip()
    return found


def commands() -> dict[int, str]:
    """Process id to command line of every living process."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # ended while we looked
            found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ").strip()
    return found
