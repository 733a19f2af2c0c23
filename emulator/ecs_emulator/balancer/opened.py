"""Listeners of the load balancer, seen from outside."""

from __future__ import annotations

import socket

_PATIENCE = 2.0  # seconds


def is_open(local_port: int) -> bool:
    """True when something takes connections on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(_PATIENCE)
        return probe.connect_ex(("127.0.0.1", local_port)) == 0
