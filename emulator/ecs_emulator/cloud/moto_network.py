"""Network of moto: none. What it would ask of other machines, or have a Docker engine pull, is refused.

moto calls whatever its users name: subscribers of SNS, destinations of Firehose and EventBridge, integrations of API
Gateway; and it has Docker pull images for Lambda and Batch.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.utilities.docker_utilities import DockerModel

from ecs_emulator.cloud.moto_overrides import replace

# https://docs.python.org/3/library/audit_events.html
_ASKS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendmsg", "socket.sendto"}


class NoNetwork(OSError):
    """A connection that moto would have opened."""


class _Here(threading.local):
    is_walled = False


_here = _Here()


def install() -> None:
    """Refuse from now on, in this process: an audit hook cannot be taken away, and sees moto's threads alone."""
    sys.addaudithook(_audit)
    # Jobs of Batch have threads of their own.
    replace(DockerModel, "docker_client", property(_without_docker))


@contextmanager
def without_network() -> Iterator[None]:
    """Connections of this thread are refused meanwhile."""
    _here.is_walled = True
    try:
        yield
    finally:
        _here.is_walled = False


def _audit(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in _ASKS and _here.is_walled:
        raise NoNetwork("moto opens no connections here.")


def _without_docker(_model: DockerModel) -> Any:
    raise NoNetwork("moto runs no containers here.")
