"""`mysfits up` as the tests use it: a process of its own, with three free ports and a data folder of its own.

with Platform(tmp_path / "local") as platform:
    platform.ready()
    …platform.site_url, platform.api_url, platform.cloud_url…
    assert platform.stop() == 0
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

import boto3

from app.kit.config import Config
from ecs_emulator.access_key import FILE, AccessKey
from ecs_emulator.local import REGION
from ecs_emulator.ports import free_ports as free_ports
from emulator.tests.support.processes import commands
from emulator.tests.support.processes import living as living
from emulator.tests.support.waiting import PATIENCE as PATIENCE
from emulator.tests.support.waiting import until as until

ROOT = Path(__file__).parent.parent
MYSFITS = [sys.executable, "-m", "mysfits"]


def none_left(mark: str) -> None:
    """Wait until no living process has `mark` in its environment: one that was killed has a moment to die."""
    until(lambda: not living(mark), f"no process of {mark} is left", within=30)


class Platform:
    """A rehearsal that is starting, running or stopped; as a context, one that leaves no process behind."""

    def __init__(
        self, local: Path, ports: tuple[int, ...] = (), /, options: Sequence[str] = (), **settings: str
    ) -> None:
        """Start `mysfits up` with its data in `local`; `settings` go into its environment."""
        site, api, cloud = ports or free_ports(3)
        self.site_url = f"http://localhost:{site}"
        self.api_url = f"http://localhost:{api}"
        self.cloud_url = f"http://localhost:{cloud}"
        # What a developer has set for the API is not what we test.
        ours = {setting.metadata["env"] for setting in fields(Config)}
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in ours},
            "LOCAL_DIR": str(local),
            "SITE_PORT": str(site),
            "API_PORT": str(api),
            "CLOUD_PORT": str(cloud),
            **settings,
        }
        self._mark = f"LOCAL_DIR={local}"
        self._lines: list[str] = []
        self._silent = False  # nobody is left to print
        self._news = threading.Condition()
        self.process = subprocess.Popen(
            [*MYSFITS, "up", *options],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, args=(cast("IO[str]", self.process.stdout),), daemon=True)
        self._reader.start()

    def _read(self, pipe: IO[str]) -> None:
        with pipe:
            for line in pipe:
                with self._news:
                    self._lines.append(line)
                    self._news.notify_all()
        with self._news:
            self._silent = True
            self._news.notify_all()

    def output(self) -> str:
        """All that it has printed so far, errors too."""
        with self._news:
            return "".join(self._lines)

    def line(self, start: str, within: float = PATIENCE) -> str:
        """Wait for a line that begins with `start`; that line. Fails when it ends or hangs before."""

        def said() -> str | None:
            return next((line for line in self._lines if line.startswith(start)), None)

        with self._news:
            self._news.wait_for(lambda: said() or self._silent, within)
            line = said()
        assert line is not None, f"no line begins with {start!r}; it said:\n{self.output()}"
        return line.rstrip("\n")

    def ready(self) -> Platform:
        """Wait until it says that it is ready."""
        self.line("Ready")
        return self

    def ended(self, within: float = PATIENCE) -> int:
        """Wait until it has ended; its exit code."""
        code = self.process.wait(within)
        self._reader.join(within)
        if code:
            # pytest shows it beside what fails because of it.
            print(self.output())
        return code

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop and wait until it has; its exit code."""
        self.process.send_signal(by)
        return self.ended()

    def processes(self) -> dict[int, str]:
        """Its living processes, those it started included: process id to command line."""
        return living(self._mark) | self.tasks() | self.envoys()

    def none_left(self) -> None:
        """Wait until none of its processes lives: one that was killed has a moment to die."""
        until(lambda: not self.processes(), "no process is left", within=30)

    def tasks(self) -> dict[int, str]:
        """The processes of its tasks, which see the environment of a container and run an image."""
        images = Path(self._environment["LOCAL_DIR"], "images").glob("*")
        return {pid: command for image in images for pid, command in living(f"PYTHONPATH={image}").items()}

    def envoys(self) -> dict[int, str]:
        """The processes of its load balancer, which see nothing of its environment."""
        bootstrap = str(Path(self._environment["LOCAL_DIR"], "balancer", "bootstrap.json"))
        return {pid: command for pid, command in commands().items() if f" -c {bootstrap} " in command}

    def reapers(self) -> list[int]:
        """The processes of its reaper."""
        return [pid for pid, command in living(self._mark).items() if command.endswith("-m ecs_emulator.reaper")]

    def mysfits(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run another `mysfits` command beside it, as in a second terminal."""
        return subprocess.run(
            [*MYSFITS, *arguments],
            cwd=ROOT,
            env={**self._environment, **settings},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    @property
    def key_file(self) -> Path:
        return Path(self._environment["LOCAL_DIR"], FILE)

    @property
    def key(self) -> AccessKey:
        """The access key of its folder."""
        return AccessKey.of_folder(Path(self._environment["LOCAL_DIR"]))

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of its stacks by name; it has to be ready."""
        note = json.loads(Path(self._environment["LOCAL_DIR"], "running.json").read_text())
        return cast("dict[str, str]", note["outputs"])

    def client(self, service: str) -> Any:
        """A boto3 client of its cloud, whatever the environment of the test process says."""
        key = self.key
        session = boto3.Session(aws_access_key_id=key.id, aws_secret_access_key=key.secret, region_name=REGION)
        return session.client(cast("Any", service), endpoint_url=self.cloud_url)

    def __enter__(self) -> Platform:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.process.poll() is None:
                self.stop()
        finally:
            for pid in self.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.ended()
