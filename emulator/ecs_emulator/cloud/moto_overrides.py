"""Overrides of moto's methods, by ones that ask them and by ones that do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def override(owner: type, name: str, own: Callable[..., Any]) -> None:
    """Let `own` answer from now on, in this process; its first argument is the method that has answered until now."""
    before = getattr(owner, name)
    setattr(owner, name, lambda *args, **kwargs: own(before, *args, **kwargs))


def replace(owner: object, name: str, own: object) -> None:
    """Let `own` be the method, function, property or class of that name from now on, in this process.

    Raises AttributeError where moto has none: what a later one calls otherwise would be replaced no more.
    """
    if not hasattr(owner, name):
        raise AttributeError(f"moto has no {name} that could be replaced.")
    setattr(owner, name, own)
