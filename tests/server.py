"""The API as it runs in its container: `python -m app`, a process of its own on a free port."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from types import TracebackType
from typing import Any

from ecs_emulator.experiments.processes import children
from ecs_emulator.local import REGION
from tests.asking import call
from tests.platform_runner import PATIENCE, ROOT, free_ports, until

KILLED_AFTER = 20  # seconds from the beginning of a stop, whichever worker has not ended (app/__main__.py)


def _beside(table_name: str) -> dict[str, str]:
    """The settings of all tables of the stack that made this table of mysfits."""
    stack = table_name.removesuffix("Mysfits")
    others = {f"{name.upper()}_TABLE_NAME": f"{stack}{name}" for name in ("Users", "Threads", "Posts", "Hello")}
    return {"DDB_TABLE_NAME": table_name, **others}


class Server:
    """An API server that has been started; as a context, one that leaves no process behind."""

    def __init__(self, table_name: str, **settings: str) -> None:
        self.table_name = table_name
        (self.port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (as long as the server)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app"],
            cwd=ROOT,
            env=os.environ
            | {"AWS_REGION": REGION, "PORT": str(self.port), "SERVICE_REVISION": "test:1"}
            | _beside(table_name)
            | settings,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def __enter__(self) -> Server:
        until(self._healthy, "the API is healthy")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.kill()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._output.close()

    def _healthy(self) -> bool:
        assert self.process.poll() is None, self.output()
        try:
            return self.request("GET", "/health")[0] == 200
        except OSError:
            return False

    def request(self, method: str, path: str, **headers: str) -> tuple[int, Any]:
        """(status, JSON). Raises OSError when there is no answer."""
        status, answer, _ = call(method, self.url + path, **headers)
        return status, answer

    def workers(self) -> list[int]:
        """The process ids of the server's workers."""
        return children(self.process.pid)

    def stop(self, patience: float = PATIENCE) -> float:
        """SIGTERM; the seconds it took. The server must end by itself with exit code 0."""
        started = time.monotonic()
        self.process.terminate()
        assert self.process.wait(patience) == 0, self.output()
        return time.monotonic() - started

    def seconds_to_stop(self) -> float:
        """How long its stop took by its own events, 0 where it had not begun to serve."""
        begun = self.events("Shutting down granian")
        ended = self.events("Granian shutdown completed, see ya!")
        if not begun and not ended:
            return 0
        (first, last) = (datetime.fromisoformat(event["time"]) for event in (*begun, *ended))
        return (last - first).total_seconds()

    def output(self) -> str:
        size = os.fstat(self._output.fileno()).st_size
        return os.pread(self._output.fileno(), size, 0).decode(errors="replace")

    def events(self, message: str) -> list[dict[str, Any]]:
        """The events on stdout with this message."""
        lines = [json.loads(line) for line in self.output().splitlines() if line.startswith("{")]
        return [line for line in lines if line["message"] == message]
