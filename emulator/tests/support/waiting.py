"""Waiting for a condition, and for how long."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 120  # seconds after which something hangs; nothing here takes so long, even on a busy machine

Found = TypeVar("Found")


def until(found: Callable[[], Found], what: str, within: float = PATIENCE, pause: float = 0.02) -> Found:
    """Ask again and again until the answer is true; that answer. Fails with `what` when it never is.

    `pause` are the seconds between two questions: more for those that cost something, as a command does.
    """
    deadline = time.monotonic() + within
    while not (answer := found()):
        assert time.monotonic() < deadline, f"not within {within} s: {what}"
        time.sleep(pause)
    return answer
