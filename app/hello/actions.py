"""Counting on: calls that meet share a write, and each gets a number of its own."""

from collections.abc import Awaitable, Callable, Iterator

from app.hello.store import Counter
from app.kit.coalescer import RequestCoalescer


def counting_on(counter: Counter) -> Callable[[], Awaitable[int]]:
    """A function that counts one further; its number. It raises Expired, and Unavailable."""
    shared = RequestCoalescer[None, Iterator[int]](lambda _key, size, _deadline: counter.go_on(size))

    async def count_on() -> int:
        return next(await shared.do(None))

    return count_on
