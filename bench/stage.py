"""The processes of a benchmark: a data store, the servers on it; ended whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress

import boto3

from bench.measure import Bench, RunningServer
from bench.servers import EVERYBODY, PEERS_BIN, ROOT, WORKERS, MeasuredServer
from ecs_emulator.access_key import AccessKey
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION, client_environment, use_only
from ecs_emulator.ports import free_ports
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.templates import read_template
from ops.seed import seed

DATA = ROOT / "cfn" / "data.yml"

LATENCY = 4  # milliseconds that the stand-in takes for a call, as DynamoDB does


@contextmanager
def on_stand_in(mysfits: int = 12, servers: Sequence[MeasuredServer] = EVERYBODY) -> Iterator[Bench]:
    """The servers on one data store that answers every call after LATENCY."""
    [port] = free_ports(1)
    command = [str(PEERS_BIN / "python"), "-m", "bench.stand_in", str(port), str(LATENCY), str(mysfits)]
    with _process(command, {}) as store:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/calls", store)
        environment = {"DDB_TABLE_NAME": "mysfits", **client_environment(url, AccessKey.generate())}
        with running(servers, environment) as started:
            yield Bench(started, RunningServer("stand-in", url, store.pid))


@contextmanager
def on_local_cloud(servers: Sequence[MeasuredServer]) -> Iterator[Bench]:
    """The servers on the local cloud, as in a rehearsal, with a first row that is called as the stand-in's."""
    with closing(Cloud(port=0)) as cloud:
        use_only(cloud.url, cloud.key)
        session = boto3.Session()
        with closing(Stacks(session, REGION)) as stacks:
            stacks.deploy_document("bench", read_template(DATA), {})
            table = stacks.outputs["DynamoTable"]
            seed(session, table)
            rows = session.resource("dynamodb").Table(table)
            for number in range(12):
                rows.put_item(Item={**rows.scan()["Items"][0], "MysfitId": f"mysfit-{number}"})
            environment = {"DDB_TABLE_NAME": table, **client_environment(cloud.url, cloud.key)}
            with running(servers, environment) as started:
                yield Bench(started, None)


@contextmanager
def running(servers: Sequence[MeasuredServer], environment: dict[str, str]) -> Iterator[dict[str, RunningServer]]:
    """The servers by their names, each on a port of its own. Raises OSError or RuntimeError where one is not up."""
    with ExitStack() as stack:
        found, processes = {}, []
        for server, port in zip(servers, free_ports(len(servers)), strict=True):
            settings = {**environment, "WORKERS": str(WORKERS), "PORT": str(port), "BIND_ADDRESS": "127.0.0.1"}
            process = stack.enter_context(_process(server.command(port), {**settings, **server.environment}))
            found[server.name] = RunningServer(server.name, f"http://127.0.0.1:{port}", process.pid)
            processes.append(process)
        for process, each in zip(processes, found.values(), strict=True):
            _wait(f"{each.url}/health", process)
        # The second worker is up a moment after the first.
        time.sleep(1)
        yield found


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a process group of its own, by which its workers are counted too."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
    finally:
        process.terminate()
        # Nobody waits any more for what a server has left to answer, and some would take a minute for it.
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until `url` answers. Raises OSError when it does not, RuntimeError when its program has ended."""
    deadline = time.monotonic() + 60
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} has ended.")
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 (our own address)
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
