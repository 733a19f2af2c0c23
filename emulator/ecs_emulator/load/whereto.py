"""Loopback addresses: is an address this machine's own? Load on others must not happen by accident."""

from __future__ import annotations

import ipaddress
import socket

from ecs_emulator.load.client import LoadEndpoint


def is_this_machine(url: str) -> bool:
    """True when every address of the URL's host is a loopback address. Raises ValueError."""
    host = LoadEndpoint.at(url).host
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return False
    return all(ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback for *_, address in found)
