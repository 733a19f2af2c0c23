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
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import boto3
import waitress

from ops.publish import publish
from ops.seed import seed
from rehearsal import keeper, snapshot
from rehearsal.cloud import Cloud
from rehearsal.local import LOCAL, REGION, Running, ours_alone, use_only
from rehearsal.ports import Ports
from rehearsal.stacks import Stacks
from rehearsal.website import Website

STACKS = Path(__file__).parent.parent / "cfn" / "stacks.yml"
SNAPSHOT = LOCAL / "snapshot.json"
API_OUTPUT = LOCAL / "api.log"
START_PATIENCE = 30  # seconds until the API must be healthy
STOP_PATIENCE = 30  # seconds from SIGTERM to SIGKILL, as ECS's `stopTimeout`

Say = Callable[[str], None]


class ProcessEnded(Exception):
    """A process of the platform did not start, or ended by itself; the message says which and why."""


def up(ports: Ports, say: Say) -> None:
    """Run until SIGTERM or Ctrl-C. Raises AlreadyRunning, TemplateError or ProcessEnded."""
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, lambda *_: stopping.set())
    with ExitStack() as running:
        running.enter_context(ours_alone())
        outputs = _make_cloud(ports.cloud, say, running)
        session = boto3.Session()

        api_url = f"http://localhost:{ports.api}"
        count = publish(session, outputs["SiteBucket"], api_url)
        running.enter_context(_served(Website(session, outputs["SiteBucket"]), ports.site))
        say(f"The site is in its bucket: {count} files.")

        say("Starting the API …")
        api = running.enter_context(_api(outputs, ports.api))
        _wait_until_healthy(f"{api_url}/health", api, stopping)
        site_url, cloud_url = f"http://localhost:{ports.site}", f"http://localhost:{ports.cloud}"
        running.enter_context(Running(cloud_url, api_url, site_url, outputs).written())
        say(f"Ready  site {site_url}  API {api_url}  AWS endpoint {cloud_url}")

        while not stopping.wait(0.2):
            if api.poll() is not None:
                raise ProcessEnded(_epitaph(api))
        say("Stopping …")
    say("Stopped. What was liked and adopted is kept; `make clean` forgets it.")


def _make_cloud(port: int, say: Say, running: ExitStack) -> dict[str, str]:
    """The local cloud with all that the templates describe, its rows as they were; the stacks' outputs."""
    cloud = Cloud(port)
    running.callback(cloud.close)
    use_only(cloud.url)
    session = boto3.Session()

    stacks = Stacks(session, REGION)
    stacks.play_all(STACKS)
    say("The tables, the log group and the bucket of cfn/ are made.")
    if stacks.not_played:
        say(f"Not played here: {', '.join(sorted(stacks.not_played))}.")
    snapshot.restore(session, SNAPSHOT)
    running.callback(snapshot.save, session, SNAPSHOT)
    count = seed(session, stacks.outputs["DynamoTable"])
    say(f"The table is seeded: {count} mysfits.")
    return stacks.outputs


@contextmanager
def _served(website: Website, port: int) -> Iterator[None]:
    server = waitress.create_server(website, host="127.0.0.1", port=port, threads=4)
    threading.Thread(target=server.run, name="website", daemon=True).start()
    try:
        yield
    finally:
        server.close()


@contextmanager
def _api(outputs: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The API as a child process, with the environment that its container would have."""
    environment = {
        **os.environ,
        "DDB_TABLE_NAME": outputs["DynamoTable"],
        "LOG_GROUP": outputs["LogGroup"],
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
