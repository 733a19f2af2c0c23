"""The ports of a rehearsal: three variables, each checked before anything starts."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass


class PortUnusable(Exception):
    """The message names the port and the variable that changes it."""


@dataclass(frozen=True)
class Ports:
    site: int
    api: int
    cloud: int

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Ports:
        """SITE_PORT, API_PORT, CLOUD_PORT, every one free. Raises PortUnusable."""
        chosen: dict[int, str] = {}
        for variable, default in (("SITE_PORT", "8080"), ("API_PORT", "8000"), ("CLOUD_PORT", "4566")):
            text = environ.get(variable) or default
            if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
                raise PortUnusable(f"{variable} is {text!r}; it should be a port from 1 to 65535.")
            port = int(text)
            if port in chosen:
                raise PortUnusable(f"{chosen[port]} and {variable} are both {port}; give each a port of its own.")
            _check_free(port, variable)
            chosen[port] = variable
        return cls(*chosen)


def free_ports(count: int) -> tuple[int, ...]:
    """Ports that nothing listens on, below those that the system gives to connections."""
    free: set[int] = set()
    while len(free) < count:
        port = random.randrange(20_000, 32_000)  # noqa: S311 (no secret)
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
            # Connections of a rehearsal that has just stopped (TIME_WAIT) do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))  # noqa: S104 (nothing listens)
        except OSError as error:
            if error.errno == errno.EACCES:
                raise PortUnusable(f"Port {port} needs rights you do not have. Set {variable} to another.") from error
            raise PortUnusable(_in_use(port, variable)) from error


def _in_use(port: int, variable: str) -> str:
    return f"Port {port} is in use. Stop what uses it, or set {variable} to another port."
