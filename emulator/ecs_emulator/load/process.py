"""Load in a process of its own, so that it and what watches it do not wait for each other."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import IO, cast

from ecs_emulator.load.report import LoadReport
from ecs_emulator.load.slices import Slice
from ecs_emulator.load.workload import CannotLoad, Workload


class Load:
    """A load that is under way. `loading` makes one."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload
        self._slices: list[Slice] = []
        self._problem: str | None = None
        self._silent = False  # it has ended
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ecs_emulator.load", json.dumps(asdict(workload))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Ctrl-C in a terminal reaches a whole process group: this one ends when its standard input does.
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, args=(cast("IO[bytes]", self._process.stdout),), daemon=True)
        self._reader.start()

    def _read(self, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                document = json.loads(line)
                with self._news:
                    if "problem" in document:
                        self._problem = document["problem"]
                    else:
                        self._slices.append(Slice.of(document))
                    self._news.notify_all()
        with self._news:
            self._silent = True
            self._news.notify_all()

    def report(self) -> LoadReport:
        """Report so far."""
        with self._news:
            return LoadReport(self.workload.url, self.workload.clients, tuple(self._slices))

    def begun(self, within: float = 30) -> None:
        """Wait until the clients are under way. Raises CannotLoad."""
        with self._news:
            self._news.wait_for(lambda: self._slices or self._silent, within)
            if not self._slices:
                raise CannotLoad(self._problem or f"{self.workload.url} has not answered for {within:.0f} s.")

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended by itself, `seconds` at the most; whether it has."""
        self._reader.join(seconds)
        return not self._reader.is_alive()

    def stop(self) -> LoadReport:
        """Send nothing new, wait for what is under way; what it has shown. Raises CannotLoad. Again does nothing."""
        cast("IO[bytes]", self._process.stdin).close()
        self._reader.join()
        if self._process.wait() != 0:
            raise CannotLoad(self._problem or f"The load has ended with exit code {self._process.returncode}.")
        return self.report()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        cast("IO[bytes]", self._process.stdin).close()


@contextmanager
def loading(workload: Workload) -> Iterator[Load]:
    """A load that has ended when the context has."""
    load = Load(workload)
    try:
        yield load
    finally:
        load.kill()
