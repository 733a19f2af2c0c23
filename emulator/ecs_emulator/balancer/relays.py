"""Relays before targets whose network has a fault: the load balancer and its health checks reach the target by one.

https://docs.aws.amazon.com/fis/latest/userguide/ecs-task-actions.html (`task-network-latency`,
`task-network-blackhole-port` of incoming traffic)
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any

from ecs_emulator.balancer.reach import connected
from ecs_emulator.scheduler.faults import CUT_OFF, DELAY, SLOW
from ecs_emulator.scheduler.interfaces import TargetAddress
from ecs_emulator.worker import Worker

_CHUNK = 65536
RELAYED = (SLOW, CUT_OFF)


class Relays:
    """A thread that relays for as long as it is open; a relay is made when it is asked for first."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._open: dict[tuple[TargetAddress, str], asyncio.Server] = {}
        self._lock = threading.Lock()
        # asyncio itself holds a connection whose other end is closed by weak references alone.
        self._connections: set[asyncio.Task[None] | None] = set()
        self.worker = Worker("The relays before faulty targets", self._loop.run_forever)
        self.worker.start()

    def before(self, target: TargetAddress, fault: str | None) -> TargetAddress:
        """Address at which a target is reached: of a relay while its network has a fault, else its own."""
        if fault not in RELAYED:
            return target
        with self._lock:
            if (target, fault) not in self._open:
                self._open[target, fault] = self._run(self._opened(target, fault))
            address, port = self._open[target, fault].sockets[0].getsockname()
            return TargetAddress(address, port)

    def close(self) -> None:
        """Relay nothing any more."""
        if self.worker.ended() is None:
            self._run(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self.worker.join()
        self._loop.close()

    async def _opened(self, target: TargetAddress, fault: str) -> asyncio.Server:
        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            own = asyncio.current_task()
            self._connections.add(own)
            try:
                with contextlib.suppress(OSError, asyncio.CancelledError), contextlib.closing(writer):
                    await (_swallow(reader) if fault == CUT_OFF else _delayed(target, reader, writer))
            finally:
                self._connections.discard(own)

        return await asyncio.start_server(relay, "127.0.0.1", 0)

    async def _end(self) -> None:
        for server in self._open.values():
            server.close()
        # One that had just been accepted begins a moment later.
        while rest := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


async def _swallow(reader: asyncio.StreamReader) -> None:
    while await reader.read(_CHUNK):
        pass


async def _delayed(target: TargetAddress, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    from_target, to_target = await connected(target)
    with contextlib.closing(to_target):
        there = asyncio.create_task(_pump(reader, to_target, DELAY))
        try:
            await _pump(from_target, writer, 0)
        finally:
            there.cancel()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, delay: float) -> None:
    while data := await source.read(_CHUNK):
        await asyncio.sleep(delay)
        sink.write(data)
        await sink.drain()
