"""Docker session of one emulator: a network of its own, a way back to this machine, and the end of both."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from urllib.parse import urlsplit

from ecs_emulator.scheduler.docker.cleanup import sweep, watched
from ecs_emulator.scheduler.docker.engine import Engine, EngineError, NoEngine
from ecs_emulator.scheduler.docker.relay import Relay
from ecs_emulator.supervisor import Child

# What Docker Desktop calls this machine, whose loopback address it lends to containers.
_DESKTOP = "host.docker.internal"


@dataclass(frozen=True)
class DockerSession:
    engine: Engine
    name: str  # of this emulator, and of its network
    labels: tuple[str, ...]  # of all that is its own, as `name=value`
    inside: Callable[[str], str]  # where its containers reach what is at a URL of this machine's loopback address
    host: str  # what this machine is called there
    children: tuple[Child, ...] = ()  # for a supervisor


@contextmanager
def docker_session(engine: Engine, folder: Path) -> Iterator[DockerSession]:
    """For the emulator with its data in `folder`; nothing of it stays. Raises NoEngine when it is no engine of this
    machine, so that its containers could not reach the emulator.
    """
    name = f"ecs-emulator-{uuid.uuid4().hex[:8]}"
    ours, this = f"ecs-emulator.folder={folder.absolute()}", f"ecs-emulator.name={name}"
    # What one that was killed left behind, together with whoever should have removed it.
    sweep(engine, ours)
    with watched(engine, this) as watcher:
        try:
            engine.call("network", "create", "--label", ours, "--label", this, name)
            gateway, network = _gateway(engine, name)
        except EngineError as error:
            raise NoEngine(f"The Docker engine makes no network: {error}") from error
        if sys.platform != "linux":
            yield DockerSession(engine, name, (ours, this), _on_desktop, _DESKTOP, (watcher,))
            return
        try:
            relay = Relay(gateway, network)
        except OSError as error:
            raise NoEngine(
                "The Docker engine that answers runs rootless, in a virtual machine or elsewhere: "
                "its containers would not reach this emulator."
            ) from error
        with closing(relay):
            yield DockerSession(engine, name, (ours, this), relay.url, gateway, (watcher, relay.worker))


def _gateway(engine: Engine, network: str) -> tuple[str, IPv4Network]:
    """The address that this machine has in a network, and the network's own addresses. Raises EngineError."""
    configurations = json.loads(engine.call("network", "inspect", "--format", "{{json .IPAM.Config}}", network))
    for each in configurations:
        if "." in each.get("Gateway", ""):
            return each["Gateway"].partition("/")[0], IPv4Network(each["Subnet"])
    raise EngineError(f"the network {network} has no IPv4 gateway")


def _on_desktop(url: str) -> str:
    return urlsplit(url)._replace(netloc=f"{_DESKTOP}:{urlsplit(url).port}").geturl()
