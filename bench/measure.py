"""Measurement: a load on one server, and what it cost."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.group import largest, processor_time
from bench.workloads import MeasuredWorkload

LOAD = Path(__file__).parent / "load.lua"


@dataclass(frozen=True)
class RunningServer:
    """`group` is the id of its first process and of the process group."""

    name: str
    url: str
    group: int


@dataclass(frozen=True)
class Measurement:
    """Figures of one load. Times in milliseconds, memory in MiB for the largest process, `store` in processors."""

    server: str
    workload: str
    clients: int
    requests: int
    per_second: float
    p50: float
    p99: float
    failed: int
    # What it cost the server and the store, where this load was the only one.
    calls_per_request: float = 0.0
    calls_per_second: float = 0.0
    cpu_per_request: float = 0.0
    memory: float = 0.0
    store: float = 0.0  # share of a processor


@dataclass(frozen=True)
class Bench:
    """Servers by their names, and the data store that they are on where it counts its calls."""

    servers: dict[str, RunningServer]
    store: RunningServer | None

    def run(self, server: str, workload: MeasuredWorkload, clients: int, seconds: int) -> Measurement:
        """Load a server from `clients` keep-alive connections."""
        tested = self.servers[server]
        self._settle()
        calls, cpu, store = self._calls(), processor_time(tested.group), self._stored()
        with loading(tested, workload, clients, seconds) as load:
            result = load.result()
        cpu, made = processor_time(tested.group) - cpu, self._calls() - calls
        requests = max(result.requests, 1)
        return Measurement(
            server=server,
            workload=workload.name,
            clients=clients,
            requests=result.requests,
            per_second=round(result.requests / result.seconds, 1),
            p50=result.p50_ms,
            p99=result.p99_ms,
            failed=result.failed,
            calls_per_request=round(made / requests, 5),
            calls_per_second=round(made / result.seconds, 2),
            cpu_per_request=round(cpu * 1000 / requests, 4),
            memory=round(largest(tested.group), 1),
            store=round((self._stored() - store) / result.seconds, 3),
        )

    def _settle(self) -> None:
        """Wait until all servers have worked off what the loads before left behind; some seconds at the most."""
        quiet, deadline = 0, time.monotonic() + 5
        while quiet < 2 and time.monotonic() < deadline:
            before = self.used()
            time.sleep(0.1)
            quiet = quiet + 1 if self.used() - before <= 0.02 else 0

    def used(self) -> float:
        """Seconds of processor that the servers and the data store have used so far."""
        store = [self.store] if self.store else []
        return processor_time(*(each.group for each in (*self.servers.values(), *store)))

    def _calls(self) -> int:
        """Calls that the store has answered; 0 where it does not count them."""
        if self.store is None:
            return 0
        with urllib.request.urlopen(f"{self.store.url}/calls") as answer:  # noqa: S310 (our own address)
            return sum(json.load(answer).values())

    def _stored(self) -> float:
        return processor_time(self.store.group) if self.store else 0.0


@dataclass(frozen=True)
class LoadResult:
    requests: int
    seconds: float
    failed: int
    p50_ms: float
    p99_ms: float


class RunningLoad:
    """wrk at work."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def result(self) -> LoadResult:
        """Counts of the load, when it has ended. Raises CalledProcessError."""
        output, _ = self._process.communicate()
        if self._process.returncode:
            raise subprocess.CalledProcessError(self._process.returncode, self._process.args, output)
        return LoadResult(**json.loads(output.splitlines()[-1]))


@contextmanager
def loading(server: RunningServer, workload: MeasuredWorkload, clients: int, seconds: int) -> Iterator[RunningLoad]:
    with tempfile.TemporaryDirectory() as folder:
        requests = Path(folder) / "requests"
        workload.write(requests)
        threads = str(min(clients, 2))
        command = ["wrk", "-t", threads, "-c", str(clients), "-d", f"{seconds}s", "--timeout", "30s", "-s", str(LOAD)]
        with subprocess.Popen([*command, server.url, "--", str(requests)], stdout=subprocess.PIPE, text=True) as load:
            try:
                yield RunningLoad(load)
            finally:
                load.terminate()
