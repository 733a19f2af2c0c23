"""Health checkers of targets, each at its own time: one that hangs delays no other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from ecs_emulator.balancer.health import (
    NO_CONNECTION,
    TIMED_OUT,
    HealthCheckFailure,
    HealthCheckSettings,
    TargetHealth,
    codes,
)
from ecs_emulator.balancer.reach import Unreached, connected
from ecs_emulator.scheduler.interfaces import TargetAddress
from ecs_emulator.worker import Worker

log = logging.getLogger(__name__)

Cancel = Callable[[], None]
Reach = Callable[[TargetAddress], TargetAddress]  # where an address is reached, which blocks for a moment at most


def _there(address: TargetAddress) -> TargetAddress:
    return address


async def check(
    target: TargetAddress, settings: HealthCheckSettings, reach: Reach = _there
) -> HealthCheckFailure | None:
    """One health check, on a connection of its own; None when it passed."""
    try:
        async with asyncio.timeout(settings.timeout):
            status = await _status(target, settings, reach)
    except (TimeoutError, Unreached):
        return TIMED_OUT
    except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
        return NO_CONNECTION
    except Exception:
        # Whatever a target made of it: a check that ended would leave the target as it was for ever.
        log.exception("A health check of %s stumbled.", target.id)
        return NO_CONNECTION
    if status is None:
        return None
    return None if any(status in some for some in codes(settings.expected)) else HealthCheckFailure.code(status)


async def _status(target: TargetAddress, settings: HealthCheckSettings, reach: Reach) -> int | None:
    """Status of the answer, None where a connection is all that is asked for."""
    port = settings.port or target.port
    reader, writer = await connected(reach(TargetAddress(target.id, port)))
    try:
        if settings.protocol == "TCP":
            return None
        writer.write(
            f"GET {settings.path} HTTP/1.1\r\nHost: {target.id}:{port}\r\nConnection: close\r\n"
            "User-Agent: ELB-HealthChecker/2.0\r\nAccept-Encoding: gzip, compressed\r\n\r\n".encode()
        )
        version, status, *_ = (await reader.readuntil(b"\n")).split()
        if not version.startswith(b"HTTP/1."):
            raise ValueError(version)
        # It has passed when the whole answer is there.
        while await reader.read(65536):
            pass
        return int(status)
    finally:
        writer.close()


class Checker:
    """A thread that checks targets for as long as they are watched."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self.worker = Worker("The health checks", self._loop.run_forever)
        self.worker.start()

    def watch(
        self,
        target: TargetAddress,
        condition: TargetHealth,
        learn: Callable[[HealthCheckFailure | None, float], None],
        reach: Reach = _there,
    ) -> Cancel:
        """Check when `condition` is due, and call `learn` (in the checker's thread) with each result. What ends it."""

        async def for_ever() -> None:
            with contextlib.suppress(asyncio.CancelledError):
                while True:
                    await asyncio.sleep(condition.due - time.monotonic())
                    begun = time.monotonic()
                    learn(await check(target, condition.settings, reach), begun)

        watching = asyncio.run_coroutine_threadsafe(for_ever(), self._loop)

        def cancel() -> None:
            watching.cancel()

        return cancel

    def close(self) -> None:
        """Watch nothing any more."""
        # One that an exception has ended would answer nobody.
        if self.worker.ended() is None:
            asyncio.run_coroutine_threadsafe(self._cancel_all(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self.worker.join()
        self._loop.close()

    async def _cancel_all(self) -> None:
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
