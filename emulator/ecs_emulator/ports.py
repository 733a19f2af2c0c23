"""Ports of an emulator: one variable for each, checked before anything starts."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_STEP, _FARTHEST = 10, 300  # ports between those of emulators beside each other; a listener on 443 is 363 away
_FREE = 10_000, 22_000


class PortUnusable(Exception):
    """The message names the port and the variable that changes it."""


@dataclass(frozen=True)
class Ports:
    """The load balancer's port, and that of the AWS endpoint."""

    api: int
    cloud: int

    @classmethod
    def from_env(cls, environ: Mapping[str, str], *, beside: bool = False) -> Ports:
        """API_PORT and CLOUD_PORT, both free. Raises PortUnusable."""
        return cls(*chosen(environ, {"API_PORT": 8000, "CLOUD_PORT": 4566}, beside=beside))


def chosen(environ: Mapping[str, str], defaults: Mapping[str, int], *, beside: bool = False) -> list[int]:
    """The ports of these variables, in their order, every one free; those that are not set are, `beside` others, the
    first free ones at the same distance from the defaults. Raises PortUnusable.
    """
    found: dict[int, str] = {}
    unset = {variable: port for variable, port in defaults.items() if not environ.get(variable)}
    apart = _distance(unset.values()) if beside else 0
    for variable, default in {**defaults, **{variable: port + apart for variable, port in unset.items()}}.items():
        text = environ.get(variable) or str(default)
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
            raise PortUnusable(f"{variable} is {text!r}; it should be a port from 1 to 65535.")
        port = int(text)
        if port in found:
            raise PortUnusable(f"{found[port]} and {variable} are both {port}; give each a port of its own.")
        _check_free(port, variable)
        found[port] = variable
    return list(found)


def _distance(ports: Collection[int]) -> int:
    """How far from these ports all of them are free; 0 where that is nowhere."""
    for distance in range(0, _FARTHEST, _STEP):
        with contextlib.suppress(PortUnusable):
            for port in ports:
                _check_free(port + distance, "")
            return distance
    return 0


def free_ports(count: int) -> tuple[int, ...]:
    """Ports that nothing listens on, below those that the system gives to connections.

    So are those of a load balancer's other listeners beside one, which are up to 10,000 away.
    """
    free: set[int] = set()
    while len(free) < count:
        port = random.randrange(*_FREE)  # noqa: S311 (no secret)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("", port))
            free.add(port)
    return tuple(free)


def _check_free(port: int, variable: str) -> None:
    # A bind alone would not do: servers with SO_REUSEPORT share a port in silence.
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family) as probe:
            probe.settimeout(1)
            if probe.connect_ex((address, port)) == 0:
                raise PortUnusable(_in_use(port, variable))
    with socket.socket() as probe:
        if os.name == "posix":
            # Connections of an emulator that has just stopped (TIME_WAIT) do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            # Tasks have this port at their own addresses of loopback.
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise PortUnusable(f"Port {port} needs rights you do not have. Set {variable} to another.") from error
            raise PortUnusable(_in_use(port, variable)) from error


def _in_use(port: int, variable: str) -> str:
    return f"Port {port} is in use. Stop what uses it, or set {variable} to another port."
