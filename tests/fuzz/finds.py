"""What the fuzz has found once: small files, each tried first ever after.

A failing example becomes one when `make fuzz` meets it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from tests.fuzz.conftest import TIMES

FOUND = Path(__file__).parent / "found"


def finds(kind: str) -> list[bytes]:
    """Those of one kind, `templates` or `rows`."""
    return [path.read_bytes() for path in sorted((FOUND / kind).iterdir())]


@contextmanager
def kept(kind: str) -> Iterator[Callable[[bytes], None]]:
    """Keep the last example that was announced before a failure: the smallest, for hypothesis ends with that."""
    last = [b""]
    try:
        yield lambda example: last.__setitem__(0, example)
    except BaseException:
        if TIMES > 1:
            (FOUND / kind / sha256(last[0]).hexdigest()[:12]).write_bytes(last[0])
        raise
