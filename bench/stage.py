"""The processes of a benchmark: a data store, the server on it; ended whatever happens."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3

from bench.measure import Bench
from ecs_emulator.access_key import AccessKey
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION, client_environment, use_only
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.templates import read_template
from ops.seed import seed

DATA = Path(__file__).parent.parent / "cfn" / "data.yml"

LATENCY = 4  # milliseconds that the stand-in takes for a call, as DynamoDB does


@contextmanager
def on_stand_in(mysfits: int = 12) -> Iterator[Bench]:
    """The server on a data store that answers every call after LATENCY."""
    port = _free_port()
    with _process("bench.stand_in", [str(port), str(LATENCY), str(mysfits)], {}):
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/calls")
        with _server({"DDB_TABLE_NAME": "mysfits", **client_environment(url, AccessKey.generate())}) as (
            address,
            server,
        ):
            yield Bench(f"stand-in, {LATENCY} ms", address, server, f"{url}/calls")


@contextmanager
def on_local_cloud() -> Iterator[Bench]:
    """The server on the local cloud, as in a rehearsal."""
    cloud = Cloud(port=0)
    use_only(cloud.url, cloud.key)
    session = boto3.Session()
    stacks = Stacks(session, REGION)
    stacks.deploy_document("bench", read_template(DATA), {})
    table = stacks.outputs["DynamoTable"]
    seed(session, table)
    rows = session.resource("dynamodb").Table(table)
    rows.put_item(Item={**rows.scan()["Items"][0], "MysfitId": "mysfit-0"})
    with _server({"DDB_TABLE_NAME": table, **client_environment(cloud.url, cloud.key)}) as (address, server):
        yield Bench("local cloud", address, server, None)
    cloud.close()


@contextmanager
def _server(environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    port = _free_port()
    # The features on the table of the mysfits; they need no other.
    features = "catalog,likes,adoptions"
    with _process("bench.server", [], {"FEATURES": features, **environment, "PORT": str(port)}) as process:
        _wait(f"http://127.0.0.1:{port}/health")
        # The second worker is up a moment after the first.
        time.sleep(1)
        yield f"http://127.0.0.1:{port}", process.pid


@contextmanager
def _process(module: str, arguments: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _wait(url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 (our own address)
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
