"""Addresses for tasks: one of its own for each, as `awsvpc` gives them, where the system has them."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from ecs_emulator.ports import free_ports

LAST = 254
SHARED = "127.0.0.1"


class NoAddress(Exception):
    """Every address is held by a task."""


@dataclass(frozen=True)
class Address:
    """`ports` maps each port of the task's containers to the port where it listens on `ip`."""

    ip: str
    ports: dict[int, int]


class Addresses:
    """On Linux 127.A.B.1 to 127.A.B.254, where A.B is the cloud's port: no two emulators meet. Elsewhere 127.0.0.1.

    A port keeps its number where that can be listened on, and is replaced by a free one where not: ports below 1024
    need rights, and systems other than Linux have one address for all tasks.
    """

    def __init__(self, cloud_port: int, has_many: bool = sys.platform == "linux") -> None:
        self._network = f"127.{cloud_port >> 8}.{cloud_port & 255}" if has_many else None
        self._lock = threading.Lock()
        self._held: set[str] = set()
        self._held_ports: set[tuple[str, int]] = set()
        self._last = 0

    def take(self, ports: Iterable[int], shared: bool = False) -> Address:
        """An address, and where each of `ports` listens on it; with `shared` 127.0.0.1 and free ports.

        Raises NoAddress.
        """
        with self._lock:
            ip = self._next() if self._network and not shared else SHARED
            taken = Address(ip, {})
            for port in ports:
                kept = ip != SHARED and _is_usable(ip, port)
                taken.ports[port] = port if kept else self._free_port(ip)
                self._held_ports.add((ip, taken.ports[port]))
            return taken

    def give_back(self, address: Address) -> None:
        with self._lock:
            self._held.discard(address.ip)
            self._held_ports.difference_update((address.ip, port) for port in address.ports.values())

    def _next(self) -> str:
        # In turn, so that an address is not soon somebody else's: a target may still be draining under it.
        for step in range(LAST):
            number = (self._last + step) % LAST + 1
            ip = f"{self._network}.{number}"
            if ip not in self._held:
                self._last = number
                self._held.add(ip)
                return ip
        raise NoAddress(f"All {LAST} addresses are held by tasks.")

    def _free_port(self, ip: str) -> int:
        while True:
            if ip == SHARED:
                # One that no connection of this machine is given before the task listens, on no address.
                (port,) = free_ports(1)
            else:
                with socket.socket() as probe:
                    probe.bind((ip, 0))
                    port = int(probe.getsockname()[1])
            # Given to a task that has not begun to listen.
            if (ip, port) not in self._held_ports:
                return port


def _is_usable(ip: str, port: int) -> bool:
    with socket.socket() as probe:
        # Connections of a task that has just stopped (TIME_WAIT) do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ip, port))
        except OSError:
            return False
    return True
