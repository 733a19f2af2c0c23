"""Listeners of the load balancer, seen from outside."""

from __future__ import annotations

import socket
import threading
import time

from ecs_emulator.balancer.balancer import Balancer

_PATIENCE = 2.0  # seconds
_PAUSE = 0.05  # seconds between two looks


def is_open(local_port: int) -> bool:
    """True when something takes connections on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(_PATIENCE)
        return probe.connect_ex(("127.0.0.1", local_port)) == 0


def wait_until_open(balancer: Balancer, patience: float, stopping: threading.Event) -> bool:
    """Wait until every listener takes connections, or `stopping` is set.

    True then, False after `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while not stopping.is_set():
        if balancer.is_settled() and all(is_open(each.local_port) for each in balancer.listeners()):
            return True
        if time.monotonic() > deadline:
            return False
        stopping.wait(_PAUSE)
    return True
