"""Liking: likes of one mysfit share a write, and none is answered before the write that holds it."""

from collections.abc import Awaitable, Callable

from app.kit.coalescer import RequestCoalescer
from app.likes.store import Likes


def liking(likes: Likes) -> Callable[[str], Awaitable[int]]:
    """A function that stores one like of a mysfit; the number of its likes with it.

    It raises NoSuchMysfit, or Unavailable where the like is not stored, or stored once without a word of it.
    """
    return RequestCoalescer(likes.add).do
