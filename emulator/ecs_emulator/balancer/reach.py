"""Reach of the load balancer: this machine's own addresses, where the tasks are, and no other, whatever is registered.

A target elsewhere is one that does not answer. https://www.rfc-editor.org/rfc/rfc1122 (section 3.2.1.3: 127.0.0.0/8)
"""

from __future__ import annotations

import asyncio
import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecs_emulator.scheduler.interfaces import TargetAddress


class Unreached(OSError):
    """A target whose address is none of this machine's."""


def is_reached(target: TargetAddress) -> bool:
    """True for an address of this machine's own."""
    return ipaddress.ip_address(target.id).is_loopback


async def connected(target: TargetAddress) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connection to a target. Raises Unreached, and OSError where nobody listens."""
    if not is_reached(target):
        raise Unreached(f"{target.id} is no address of this machine.")
    return await asyncio.open_connection(target.id, target.port)
