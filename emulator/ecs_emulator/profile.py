"""Profile of AWS that the environment names: moto looks for it whenever it loads another service."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_NAMES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")


@contextmanager
def without_profile() -> Iterator[None]:
    """The environment names none meanwhile, and afterwards the one it named before."""
    taken = {name: os.environ.pop(name) for name in _NAMES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)
