"""Counting on: calls that meet share a write, and each gets a number of its own."""

from collections.abc import Callable, Iterator

from app.hello.store import Counter
from app.kit.coalescer import RequestCoalescer


def counting_on(counter: Counter) -> Callable[[], int]:
    """A function that counts one further; its number. It raises Expired, and Unavailable."""
    shared = RequestCoalescer[None, Iterator[int]](lambda _key, size, _deadline: counter.go_on(size))
    # `next` of a range's iterator gives no number to two threads.
    return lambda: next(shared.do(None))
