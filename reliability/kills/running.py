"""`mysfits up` in a process group of its own, which can be killed and started again on the same data."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any, cast

import boto3
from botocore.config import Config

from ecs_emulator.access_key import AccessKey
from ecs_emulator.local import REGION, client_environment
from ecs_emulator.ports import free_ports

_ROOT = Path(__file__).parents[2]
_PATIENCE = 120  # seconds for a start on a busy machine


class NotReady(Exception):
    """It ended or hung before it was ready; the message is what it said."""


class PlatformProcess:
    def __init__(self, local: Path) -> None:
        self._local = local
        site, api, cloud = free_ports(3)
        self.api_url = f"http://localhost:{api}"
        self.cloud_url = f"http://localhost:{cloud}"
        ports = {"SITE_PORT": str(site), "API_PORT": str(api), "CLOUD_PORT": str(cloud)}
        self._environment = {**os.environ, **ports, "LOCAL_DIR": str(local)}
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self.said: list[str] = []

    def start(self) -> None:
        """Raises NotReady."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mysfits", "up"],
            cwd=_ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said = []
        hangs = threading.Timer(_PATIENCE, self._process.kill)
        hangs.start()
        output = cast("IO[str]", self._process.stdout)
        for line in output:
            self.said.append(line.rstrip())
            if line.startswith("Ready"):
                hangs.cancel()
                # It must not wait for a reader.
                self._reader = threading.Thread(target=output.read, daemon=True)
                self._reader.start()
                return
        hangs.cancel()
        raise NotReady("\n".join(self.said))

    def kill(self) -> None:
        """`kill -9` of the main process alone; its reaper ends the rest."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._hang_up()

    def close(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._hang_up()

    def _hang_up(self) -> None:
        """Wait until it has ended, and all that it started: they write to the same pipe."""
        if self._process:
            self._process.wait()
            if self._reader:
                self._reader.join()
            cast("IO[str]", self._process.stdout).close()

    @property
    def outputs(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self._local / "running.json").read_text())["outputs"]
        return found

    def client(self, service: str) -> Any:
        """A client that asks once."""
        environment = client_environment(self.cloud_url, AccessKey.of_folder(self._local))
        session = boto3.Session(
            environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], region_name=REGION
        )
        config = Config(retries={"total_max_attempts": 1}, read_timeout=30)
        return session.client(cast("Any", service), endpoint_url=self.cloud_url, config=config)
