"""Reads of the message board: requests for the same that meet share one read, begun after they arrived."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.kit.coalescer import RequestCoalescer

Found = TypeVar("Found")


def reading(find: Callable[[int], Awaitable[Found]]) -> Callable[[int], Awaitable[Found]]:
    """`find` for an id, which many may want at once. It raises what `find` raises, and Unavailable."""
    return RequestCoalescer[int, Found](lambda number, _size, _deadline: find(number)).do
