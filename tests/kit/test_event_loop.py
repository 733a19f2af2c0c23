"""A loop for whoever is no coroutine."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.kit import event_loop
from app.kit.event_loop import run


async def loop_of_this() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def test_all_who_come_first_at_once_have_one_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shared by requests belongs to one."""
    new, together = asyncio.new_event_loop, threading.Barrier(2)

    def slowly() -> asyncio.AbstractEventLoop:
        # A second who makes one comes by now, or never.
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(0.2)
        return new()

    monkeypatch.setattr(event_loop, "_begun", functools.cache(event_loop._begun.__wrapped__))
    monkeypatch.setattr(asyncio, "new_event_loop", slowly)
    with ThreadPoolExecutor(8) as crowd:
        assert len(set(crowd.map(lambda _: run(loop_of_this()), range(8)))) == 1


def test_what_a_coroutine_raises_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run(fail())
