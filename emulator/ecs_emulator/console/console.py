"""Console of an emulator, composed: its server, its sessions, what it reads and what it runs."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from types import TracebackType

from ecs_emulator.cloud.guard import Guard
from ecs_emulator.cloud.server import WebServer
from ecs_emulator.console.access import Access, link
from ecs_emulator.console.application import ConsoleApplication, Parts
from ecs_emulator.console.calls import Calls
from ecs_emulator.console.feed import Feed
from ecs_emulator.console.jobs import Jobs
from ecs_emulator.console.rates import Rates
from ecs_emulator.console.reader import Reader, State
from ecs_emulator.emulator import Emulator
from ecs_emulator.scheduler import faults

PORT = 4567  # where nothing else is said, and nothing else listens
_THREADS = 16
_PAGES = 8  # that may be open at a time; each takes a thread
_RATES = 1.0  # seconds between two readings of the load balancer's counters

VERBS = ("drill", "fault", "load", "rollback", "scale", "update")


class Console:
    """The console of an emulator that runs, as a context. `port` 0 is any free one; without one it is PORT, or a free
    one where that is taken.

    `drills` are the arguments of drills that fit what is deployed, without `drill`. Raises OSError when the port is
    taken.
    """

    def __init__(
        self,
        emulator: Emulator,
        port: int | None = None,
        verbs: Collection[str] = VERBS,
        drills: Sequence[Sequence[str]] = (),
    ) -> None:
        if emulator.folder is None:
            raise ValueError("A console needs an emulator with a folder.")
        self._emulator = emulator
        self.access = Access(emulator.key)
        self._reader = Reader(emulator.scheduler, emulator.balancer, emulator.stacks)
        self._rates = Rates(emulator.balancer)
        self._rates_at = 0.0
        self._traffic: State = {}
        self._jobs = Jobs(emulator.program, emulator.folder, verbs, drills)
        self._about: State = {
            "about": {
                "program": emulator.program.name,
                "region": emulator.stacks.region,
                "endpoint_url": emulator.endpoint_url,
                "url": emulator.url,
                "speed": emulator.speed,
                "drills": [list(each) for each in drills],
                "faults": list(faults.FAULTS),
                "verbs": sorted(verbs),
            }
        }
        self._feed = Feed(self._read, _PAGES)
        self._server = self._serve(port)
        self.url = f"http://localhost:{self._server.url.rpartition(':')[2]}"

    def __enter__(self) -> Console:
        self._emulator.supervisor.watch(self._server.worker)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._feed.close()
        self._jobs.close()
        self._server.close()

    def link(self) -> str:
        """A link that opens the console once."""
        return link(self.url, self.access.start, self._emulator.key)

    def _serve(self, port: int | None) -> WebServer:
        for tried in (PORT, 0) if port is None else (port,):
            # The cookie's name: browsers send it to every port of this host.
            parts = Parts(
                self.access,
                f"console-{self.access.start}",
                self._feed,
                Calls(self._emulator.session()),
                self._jobs,
                self._emulator.balancer,
                self._emulator.session,
            )
            guard = Guard("the console")
            try:
                return WebServer(ConsoleApplication(parts), tried, _THREADS, guard=guard, name="The console's server")
            except OSError:
                if tried == 0 or port is not None:
                    raise
        raise AssertionError  # one of them has returned or raised

    def _read(self) -> State:
        now = time.monotonic()
        state = self._reader.read()
        if now - self._rates_at > 10 * _RATES:
            # Nobody has listened for a while.
            self._rates.forget()
        if now - self._rates_at >= _RATES:
            self._rates_at = now
            self._traffic = {"traffic": self._rates.read(self._reader.revisions)}
        return self._about | state | self._traffic | self._jobs.facts()
