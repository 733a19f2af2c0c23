"""TTL cache of what many ask for and few change."""

import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from app.kit.coalescer import RequestCoalescer

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class TtlCache(Generic[Key, Value]):
    """`read(key)`, called at most once in `lifetime` seconds for each key. There must be few keys."""

    def __init__(self, read: Callable[[Key], Awaitable[Value]], lifetime: float) -> None:
        self._read = read
        self._lifetime = lifetime
        self._copies: dict[Key, tuple[float, Value]] = {}
        self._reads = RequestCoalescer[Key, Value](lambda key, _size, _deadline: self._fresh(key))

    async def get(self, key: Key) -> Value:
        """A value that was read within the last `lifetime` seconds. Raises what `read` raises, and Unavailable."""
        expires, value = self._copies.get(key, (0.0, None))
        return value if value is not None and time.monotonic() < expires else await self._reads.do(key)

    async def _fresh(self, key: Key) -> Value:
        expires, value = self._copies.get(key, (0.0, None))
        # Those who waited while it was read anew need no read of their own.
        if value is None or time.monotonic() >= expires:
            expires = time.monotonic() + self._lifetime
            value = await self._read(key)
            self._copies[key] = (expires, value)
        return value
