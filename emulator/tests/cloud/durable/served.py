"""A local cloud in a process of its own, which a test may kill."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

from botocore.config import Config

from ecs_emulator.access_key import AccessKey
from ecs_emulator.local import use_only
from emulator.tests.cloud.wire import session_of
from emulator.tests.support.folders import ROOT
from emulator.tests.support.waiting import PATIENCE

KEY = AccessKey("a-key-of-these-tests", "and-its-secret")


class Served:
    """`said` is what it has said until it was ready."""

    def __init__(self, database: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(database)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        self._output = cast("IO[str]", self._process.stdout)
        self.said: list[str] = []
        for line in self._output:
            if line.startswith("http://"):
                self.url = line.strip()
                return
            self.said.append(line.strip())
        raise AssertionError(f"it ended: {self.said}")

    def client(self, service: str) -> Any:
        session = session_of(KEY)
        config = Config(retries={"total_max_attempts": 1}, read_timeout=PATIENCE)
        return session.client(cast("Any", service), endpoint_url=self.url, config=config)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._output.close()

    def __enter__(self) -> Served:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self.kill()


def main() -> None:
    use_only("http://127.0.0.1:1", KEY)
    from ecs_emulator.cloud.durable.damage import opened
    from ecs_emulator.cloud.endpoint import Cloud

    def say(line: str) -> None:
        print(line, flush=True)

    cloud = Cloud(0, key=KEY, database=opened(Path(sys.argv[1]), say), say=say)
    assert cloud.journal
    cloud.journal.start(say, ["a-stack"])
    say(cloud.url)
    signal.pause()


if __name__ == "__main__":
    main()
