"""Measurement: a load on one route, and what it cost."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from math import isnan, nan
from pathlib import Path

from ecs_emulator.experiments.processes import children

LOAD = Path(__file__).parent / "load.lua"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Route:
    """A kind of request. `path` may hold a `%d`: the number of a mysfit."""

    name: str
    method: str
    path: str


@dataclass(frozen=True)
class Figures:
    """Figures of one run. Times in milliseconds, memory in MB for the largest worker."""

    route: str
    store: str
    clients: int
    mysfits: int
    requests: int
    per_second: float
    p50: float
    p99: float
    calls_per_request: float | None
    calls_per_second: float | None
    cpu_per_request: float
    memory: float
    failed: int


@dataclass(frozen=True)
class Bench:
    """A server under test and its data store. `calls_url` tells how often the store was called."""

    store: str
    url: str
    server: int  # process id
    calls_url: str | None

    def run(self, route: Route, clients: int, seconds: float, mysfits: int = 1) -> Figures:
        """Load `route` from `clients` keep-alive connections, after a second to warm up."""
        self._settle()
        self._load(route, clients, 1, mysfits)
        calls, cpu = self._calls(), self._cpu()
        result = self._load(route, clients, seconds, mysfits)
        cpu = self._cpu() - cpu
        made = self._calls() - calls
        requests = max(result["requests"], 1)
        return Figures(
            route=route.name,
            store=self.store,
            clients=clients,
            mysfits=mysfits,
            requests=int(requests),
            per_second=round(requests / result["seconds"], 1),
            p50=round(result["p50_ms"], 3),
            p99=round(result["p99_ms"], 3),
            calls_per_request=None if isnan(made) else round(made / requests, 5),
            calls_per_second=None if isnan(made) else round(made / result["seconds"], 2),
            cpu_per_request=round(cpu * 1000 / requests, 4),
            memory=round(max(_memory(worker) for worker in self._workers()), 1),
            failed=int(result["failed"]),
        )

    def _settle(self) -> None:
        """Wait until the server has worked off what an earlier load left behind."""
        quiet = 0
        while quiet < 3:
            before = self._cpu()
            time.sleep(0.1)
            quiet = quiet + 1 if self._cpu() - before <= 0.01 else 0

    def _load(self, route: Route, clients: int, seconds: float, mysfits: int) -> dict[str, float]:
        threads = str(min(clients, 2))
        command = ["wrk", "-t", threads, "-c", str(clients), "-d", f"{max(1, round(seconds))}s", "--timeout", "30s"]
        load = [*command, "-s", str(LOAD), self.url, "--", route.method, route.path, str(mysfits)]
        output = subprocess.run(load, check=True, capture_output=True, text=True).stdout
        result: dict[str, float] = json.loads(output.splitlines()[-1])
        return result

    def _calls(self) -> float:
        """Calls that the store has answered; not a number where it does not count them."""
        if self.calls_url is None:
            return nan
        with urllib.request.urlopen(self.calls_url) as answer:  # noqa: S310 (our own address)
            return float(sum(json.load(answer).values()))

    def _workers(self) -> list[int]:
        return children(self.server)

    def _cpu(self) -> float:
        """Seconds of processor time that the server's processes have used."""
        used = 0.0
        for process in [self.server, *self._workers()]:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            used += (int(fields[11]) + int(fields[12])) / _TICKS
        return used


def _memory(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
