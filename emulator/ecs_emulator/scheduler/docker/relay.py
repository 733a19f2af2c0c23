"""Relay from the containers of one network to servers that listen on this machine's loopback address alone."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from ipaddress import IPv4Address, IPv4Network
from urllib.parse import urlsplit

from ecs_emulator.worker import Worker

CHUNK = 65_536
PATIENCE = 10.0  # seconds for the thread to do what it is told


class Relay:
    """Listens on the network's gateway, which is this machine to its containers; others are turned away.

    Raises OSError when the gateway is not of this machine.
    """

    def __init__(self, gateway: str, network: IPv4Network) -> None:
        with socket.socket() as probe:
            probe.bind((gateway, 0))
        self._gateway = gateway
        self._network = network
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._servers: list[asyncio.Server] = []
        self._lock = threading.Lock()
        self._opened: dict[int, int] = {}  # a port of this machine to the one on the gateway
        # Its loop ends with it: a supervisor that starts it again learns that it cannot be.
        self.worker = Worker("Docker's relay", self._run)
        self.worker.start()

    def url(self, url: str) -> str:
        """Address at which the containers reach what is at `url` here."""
        port = urlsplit(url).port
        assert port is not None  # noqa: S101 (for the type)
        with self._lock:
            if port not in self._opened:
                opening = asyncio.run_coroutine_threadsafe(self._open(port), self._loop)
                self._opened[port] = opening.result(PATIENCE)
            return urlsplit(url)._replace(netloc=f"{self._gateway}:{self._opened[port]}").geturl()

    def close(self) -> None:
        """End every connection."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self.worker.join(PATIENCE)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            # Whatever runs besides is cancelled.
            runner.run(self._wait())

    async def _wait(self) -> None:
        await self._stopping.wait()
        for server in self._servers:
            server.close()

    async def _open(self, port: int) -> int:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.closing(writer):
                if IPv4Address(writer.get_extra_info("peername")[0]) in self._network:
                    await _relayed(reader, writer, port)

        server = await asyncio.start_server(connected, self._gateway, 0, backlog=1024)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])


async def _relayed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """Carry bytes both ways until one side ends."""
    with contextlib.suppress(OSError):
        upstream, to_upstream = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.closing(to_upstream):
            ways = [asyncio.create_task(_pumped(reader, to_upstream)), asyncio.create_task(_pumped(upstream, writer))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()


async def _pumped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
