"""Overrides of moto's methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def override(owner: type, name: str, own: Callable[..., Any]) -> None:
    """Let `own` answer from now on, in this process; its first argument is the method that has answered until now."""
    before = getattr(owner, name)
    setattr(owner, name, lambda *args, **kwargs: own(before, *args, **kwargs))
