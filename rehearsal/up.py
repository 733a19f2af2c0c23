"""`mysfits up`: the whole platform on this machine, until it is told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from rehearsal import keeper, surroundings
from rehearsal.local import LOCAL, Running, ours_alone
from rehearsal.ports import Ports
from rehearsal.surroundings import Say

API_OUTPUT = LOCAL / "api.log"
START_PATIENCE = 30  # seconds until the API must be healthy
STOP_PATIENCE = 30  # seconds from SIGTERM to SIGKILL, as ECS's `stopTimeout`


class ProcessEnded(Exception):
    """A process of the platform did not start, or ended by itself; the message says which and why."""


def up(ports: Ports, say: Say) -> None:
    """Run until SIGTERM or Ctrl-C. Raises AlreadyRunning, TemplateError or ProcessEnded."""
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, lambda *_: stopping.set())
    with ExitStack() as running:
        running.enter_context(ours_alone())
        outputs = running.enter_context(surroundings.cloud(ports.cloud, say))
        api_url = f"http://localhost:{ports.api}"
        running.enter_context(surroundings.site(outputs["SiteBucket"], api_url, ports.site, say))

        say("Starting the API …")
        api = running.enter_context(_api(outputs, ports.api))
        _wait_until_healthy(f"{api_url}/health", api, stopping)
        if not stopping.is_set():
            site_url, cloud_url = f"http://localhost:{ports.site}", f"http://localhost:{ports.cloud}"
            running.enter_context(Running(cloud_url, api_url, site_url, outputs).written())
            say(f"Ready  site {site_url}  API {api_url}  AWS endpoint {cloud_url}")

        while not stopping.wait(0.2):
            if api.poll() is not None:
                raise ProcessEnded(_epitaph(api))
        say("Stopping …")
    say("Stopped. What was liked and adopted is kept; `make clean` forgets it.")


@contextmanager
def _api(outputs: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The API as a child process, with the environment that its container would have."""
    environment = {
        **os.environ,
        "DDB_TABLE_NAME": outputs["DynamoTable"],
        "LOG_GROUP": outputs["LogGroup"],
        "BIND_ADDRESS": surroundings.HOST,
        "PORT": str(port),
        "SERVICE_REVISION": "local",
    }
    API_OUTPUT.unlink(missing_ok=True)
    with keeper.started() as keep:
        api = keep([sys.executable, "-m", "app"], environment, API_OUTPUT)
        try:
            yield api
        finally:
            api.terminate()
            try:
                api.wait(STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(api.pid, signal.SIGKILL)


def _wait_until_healthy(url: str, api: subprocess.Popen[bytes], stopping: threading.Event) -> None:
    deadline = time.monotonic() + START_PATIENCE
    while not stopping.is_set():
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 (our own address)
                return
        except (urllib.error.URLError, OSError):
            if api.poll() is not None:
                raise ProcessEnded(_epitaph(api)) from None
            if time.monotonic() > deadline:
                raise ProcessEnded(f"The API is not healthy after {START_PATIENCE} s. See {API_OUTPUT}.") from None
        stopping.wait(0.05)


def _epitaph(api: subprocess.Popen[bytes]) -> str:
    last = "\n".join(API_OUTPUT.read_text(errors="replace").splitlines()[-5:])
    return f"The API has ended with exit code {api.returncode}. Its last lines, from {API_OUTPUT}:\n{last}"
