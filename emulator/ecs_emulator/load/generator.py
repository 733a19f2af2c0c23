"""Closed loop of clients: each sends its next request when it has had the answer to the last, and thought."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from ecs_emulator.load.client import Failed, LoadConnection, LoadEndpoint, LoadResponse, kind
from ecs_emulator.load.history import HistoryWriter
from ecs_emulator.load.slices import RequestKind, Slice, failed
from ecs_emulator.load.workload import CannotLoad, Workload

MUTE = "503 without Retry-After"

# Seconds that a client waits after a failure: a loop of refusals would count nothing but its own speed.
PAUSE = 0.1


class LoadGenerator:
    """Clients of one load. `say` gets a Slice every `slice_seconds`, and the last one when all have left."""

    def __init__(self, workload: Workload, say: Callable[[Slice], None]) -> None:
        self._workload = workload
        self._say = say
        self._stopping = asyncio.Event()
        self._history = HistoryWriter(Path(workload.history)) if workload.history else None

    def stop(self) -> None:
        """Send nothing new; what is under way is waited for."""
        self._stopping.set()

    async def run(self) -> None:
        """Raises CannotLoad."""
        server = await _resolved(self._workload.url, LoadEndpoint.at(self._workload.url))
        self._begin_slice()
        visits = asyncio.gather(*(self._visit(server, number) for number in range(self._workload.clients)))
        telling = asyncio.create_task(self._tell())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), self._workload.seconds)
        self.stop()
        await visits
        telling.cancel()
        if self._history:
            self._history.close()
        self._end_slice()

    async def _visit(self, server: LoadEndpoint, number: int) -> None:
        connection = LoadConnection(server, self._workload.patience)
        routes, ids = self._workload.routes, self._workload.ids or ("",)
        for turn in itertools.count():
            if self._stopping.is_set():
                connection.close()
                return
            route = routes[(number + turn) % len(routes)]
            each = ids[(number + turn // len(routes)) % len(ids)]
            pause = PAUSE if await self._request(connection, route, each) else 0.0
            if rest := max(pause, self._workload.think_seconds):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), rest)

    async def _request(self, connection: LoadConnection, route: str, each: str) -> bool:
        """One request, counted; whether it failed."""
        method, pattern, *body = route.split(" ", 2)
        path, sent = pattern.replace("{id}", quote(each, safe="")), "".join(body).replace("{id}", each)
        began, begin = time.perf_counter(), time.monotonic_ns()
        try:
            answer = await connection.ask(method, path, sent.encode())
        except Failed as failure:
            answer = LoadResponse(0, "", b"")
            outcome = str(failure)
        else:
            outcome = _outcome(answer)
        self._slice.add(
            RequestKind(f"{method} {pattern}", outcome, answer.revision), (time.perf_counter() - began) * 1000
        )
        if self._history and route in self._workload.recorded:
            self._history.add(each, route, begin, answer.status, answer.body, self._workload.members)
        elif self._history and route in self._workload.digested and answer.status == 200:
            self._history.add_digest(route, answer.body, self._workload.undigested)
        if route in self._workload.counted:
            (self._slice.in_doubt if failed(outcome) else self._slice.acknowledged)[each] += 1
        return failed(outcome)

    def _begin_slice(self) -> None:
        # Wall-clock time to compare with what AWS tells, but never set back by a corrected clock.
        self._epoch = time.time() - time.perf_counter()
        self._slice = Slice(self._epoch + time.perf_counter())

    def _end_slice(self) -> None:
        ended, now = self._slice, self._epoch + time.perf_counter()
        ended.seconds = now - ended.start
        self._slice = Slice(now)
        self._say(ended)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(self._workload.slice_seconds)
            self._end_slice()


def _outcome(answer: LoadResponse) -> str:
    """The status; for a 503 of the service that does not say when to try again, as it should, that it does not."""
    return MUTE if answer.status == 503 and answer.revision and not answer.says_when else str(answer.status)


async def _resolved(url: str, server: LoadEndpoint) -> LoadEndpoint:
    """With the first of its addresses that takes connections: `localhost` has two, and a server often only one."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(server.host, server.port, type=1)
    except OSError as error:
        raise CannotLoad(f"Nobody knows the host {server.host}.") from error
    why = ""
    for address in (str(address[0]) for *_, address in found):
        try:
            async with asyncio.timeout(5):
                _, writer = await asyncio.open_connection(address, server.port)
        except OSError as error:
            why = kind(error)
            continue
        writer.close()
        return replace(server, host=address)
    raise CannotLoad(f"Nothing answers at {url}: {why}.")
