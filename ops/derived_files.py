"""Files that are derived from others at some cost, kept in the environment whose packages made them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

_FOLDER = Path(sys.prefix) / "cache" / "mysfits"


def derived(name: str, sources: Iterable[str | bytes], make: Callable[[], bytes]) -> bytes:
    """The file `name` as `make` makes it of `sources`, from the cache when it was made of the same before.

    Where the environment cannot be written to, as in a container, nothing is kept.
    """
    digest = hashlib.sha256()
    for each in sources:
        content = each.encode() if isinstance(each, str) else each
        digest.update(hashlib.sha256(content).digest())
    path = _FOLDER / f"{digest.hexdigest()[:16]}-{name}"
    if path.is_file():
        return path.read_bytes()
    made = make()
    with contextlib.suppress(OSError):
        _FOLDER.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(f".{os.getpid()}")
        new.write_bytes(made)
        new.replace(path)
    return made
