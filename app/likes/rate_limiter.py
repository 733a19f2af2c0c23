"""Rate limiter: so many likes in a second for each client."""

import ipaddress
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.exceptions import TooManyRequests

from app.kit.problems import Problem

# https://www.rfc-editor.org/rfc/rfc6052#section-2.1
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class TooManyLikes(Problem, TooManyRequests):
    title = "Too many likes"

    def __init__(self) -> None:
        TooManyRequests.__init__(self, "That was too fast. Nothing was changed.", retry_after=1)


class RateLimiter:
    """So many in each second for each client; 0 is no limit. What is kept of a client ends with the second.

    It belongs to one event loop.
    """

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._second = 0
        self._taken = Counter[str]()

    def take(self, environ: Mapping[str, Any]) -> None:
        """A like of the request of this environment of WSGI. Raises TooManyLikes."""
        if not self._per_second:
            return
        client = client_of(environ)
        if (second := int(self._clock())) != self._second:
            self._second, self._taken = second, Counter()
        self._taken[client] += 1
        if self._taken[client] > self._per_second:
            raise TooManyLikes


def client_of(environ: Mapping[str, Any]) -> str:
    """The address that the load balancer saw: the last that X-Forwarded-For names. The others anybody can write.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
    One client has at least a /64 of IPv6 to choose from.
    """
    forwarded: str = environ.get("HTTP_X_FORWARDED_FOR", "")
    told: str = forwarded.rpartition(",")[2].strip() or environ.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return told[:64]
    if address.version == 6:
        return str(_within(address) or ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


def _within(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for: many such share a /64, and with 6to4 one has 65,536 of them.

    Mapped (RFC 4291 section 2.5.5.2), 6to4 (RFC 3056), and the well-known prefix of translators (RFC 6052). Others are
    prefixes of somebody's own, which nobody else knows, or gone (Teredo, IPv4-compatible).
    """
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
