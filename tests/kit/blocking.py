"""Functions that block, as the coroutines that the kit takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_THREADS = ThreadPoolExecutor(64)


def in_thread(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """A coroutine that calls `function` in a thread, where it may wait for what the test does."""

    async def call(*arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(_THREADS, function, *arguments)

    return call
