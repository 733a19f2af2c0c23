"""Event loop in a thread of its own, for whoever is no coroutine: a WSGI server, Flask's test client, a script."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from functools import cache
from typing import TypeVar

Result = TypeVar("Result")


def run(awaitable: Awaitable[Result]) -> Result:
    """The result of the coroutine, run on this process's one such loop. Not to be called on the loop itself."""
    return asyncio.run_coroutine_threadsafe(_awaited(awaitable), _loop()).result()


async def _awaited(awaitable: Awaitable[Result]) -> Result:
    return await awaitable


_beginning = threading.Lock()


def _loop() -> asyncio.AbstractEventLoop:
    # The first who come may be many, and must not have a loop each.
    with _beginning:
        return _begun()


@cache
def _begun() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="event loop", daemon=True).start()
    return loop
