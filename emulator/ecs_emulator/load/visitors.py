"""A closed loop of clients: each sends its next request when it has the answer to the last."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from ecs_emulator.load import history
from ecs_emulator.load.client import Answer, Connection, Failed, Server
from ecs_emulator.load.slices import Kind, Slice, failed

LIKE, PROFILE = "POST /mysfits/{id}/like", "GET /mysfits/{id}"
GOLDEN = ("GET /mysfits", PROFILE, LIKE)

# What a history holds of a route; of the others, nothing.
_RECORDED = {LIKE: history.LIKE, PROFILE: history.READ}
_LISTS = "GET /mysfits"

MUTE = "503 without Retry-After"

# Seconds that a client waits after a failure: a loop of refusals would count nothing but its own speed.
PAUSE = 0.1


class CannotLoad(Exception):
    """The load cannot begin; the message says why."""


@dataclass(frozen=True)
class Plan:
    """A load. `routes` are taken in turn by every client; `{id}` in one is each mysfit in turn."""

    url: str
    clients: int
    seconds: float | None = None  # None: until it is told to stop
    routes: tuple[str, ...] = GOLDEN
    mysfits: int | None = None  # how many of them are visited; None: all
    patience: float = 30.0  # seconds for one request
    slice_seconds: float = 0.1
    history: str | None = None  # the file that every operation on a mysfit is recorded in


class Visitors:
    """The clients of one load. `say` gets a Slice every `slice_seconds`, and the last one when all have left."""

    def __init__(self, plan: Plan, say: Callable[[Slice], None]) -> None:
        self._plan = plan
        self._say = say
        self._stopping = asyncio.Event()
        self._recorder = history.Recorder(Path(plan.history)) if plan.history else None

    def stop(self) -> None:
        """Send nothing new; what is under way is waited for."""
        self._stopping.set()

    async def run(self) -> None:
        """Raises CannotLoad."""
        server = await _resolved(Server.at(self._plan.url))
        needs_ids = any("{id}" in route for route in self._plan.routes)
        mysfits = await self._mysfits(server) if needs_ids else [""]
        self._begin_slice()
        visits = asyncio.gather(*(self._visit(server, mysfits, number) for number in range(self._plan.clients)))
        telling = asyncio.create_task(self._tell())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), self._plan.seconds)
        self.stop()
        await visits
        telling.cancel()
        if self._recorder:
            self._recorder.close()
        self._end_slice()

    async def _visit(self, server: Server, mysfits: list[str], number: int) -> None:
        connection = Connection(server, self._plan.patience)
        routes = self._plan.routes
        for turn in itertools.count():
            if self._stopping.is_set():
                connection.close()
                return
            route = routes[(number + turn) % len(routes)]
            mysfit = mysfits[(number + turn // len(routes)) % len(mysfits)]
            if await self._request(connection, route, mysfit):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), PAUSE)

    async def _request(self, connection: Connection, route: str, mysfit: str) -> bool:
        """One request, counted; whether it failed."""
        method, path = route.replace("{id}", quote(mysfit, safe="")).split(" ")
        began, begin = time.perf_counter(), time.monotonic_ns()
        try:
            answer = await connection.ask(method, path)
        except Failed as failure:
            answer = Answer(0, "", b"")
            outcome = str(failure)
        else:
            outcome = _outcome(answer)
        self._slice.add(Kind(route, outcome, answer.revision), (time.perf_counter() - began) * 1000)
        if self._recorder:
            self._record(self._recorder, route, mysfit, begin, answer)
        if route == LIKE:
            (self._slice.in_doubt if failed(outcome) else self._slice.liked)[mysfit] += 1
        return failed(outcome)

    def _record(self, recorder: history.Recorder, route: str, mysfit: str, begin: int, answer: Answer) -> None:
        if action := _RECORDED.get(route):
            recorder.add(mysfit, action, begin, answer.status, answer.body)
        elif route.partition("?")[0] == _LISTS and answer.status == 200:
            recorder.add_list(route, answer.body)

    async def _mysfits(self, server: Server) -> list[str]:
        connection = Connection(server, self._plan.patience)
        try:
            answer = await connection.ask("GET", "/mysfits")
            mysfits = [str(mysfit["mysfitId"]) for mysfit in json.loads(answer.body)["mysfits"]]
        except Failed as failure:
            raise CannotLoad(f"Nothing answers at {self._plan.url}: {failure}.") from failure
        except (ValueError, LookupError, TypeError):
            mysfits = []
        finally:
            connection.close()
        if not mysfits:
            raise CannotLoad(
                f"{self._plan.url}/mysfits lists no mysfits; fill the table, or choose routes with --only."
            )
        return mysfits[: self._plan.mysfits]

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
            await asyncio.sleep(self._plan.slice_seconds)
            self._end_slice()


def _outcome(answer: Answer) -> str:
    """The status; for a 503 of the service that does not say when to try again, as it should, that it does not."""
    return MUTE if answer.status == 503 and answer.revision and not answer.says_when else str(answer.status)


async def _resolved(server: Server) -> Server:
    """With the first of its addresses that takes connections: `localhost` has two, and a server often only one."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(server.host, server.port, type=1)
    except OSError as error:
        raise CannotLoad(f"Nobody knows the host {server.host}.") from error
    addresses = [str(address[0]) for *_, address in found]
    for address in addresses:
        with contextlib.suppress(OSError):
            async with asyncio.timeout(5):
                _, writer = await asyncio.open_connection(address, server.port)
            writer.close()
            return replace(server, host=address)
    return replace(server, host=addresses[0])
