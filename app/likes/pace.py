"""How many likes one client may leave in a second."""

import ipaddress
import threading
import time
from collections import Counter
from collections.abc import Callable

from flask import Request
from werkzeug.exceptions import TooManyRequests

from app.kit.problems import Problem


class TooManyLikes(Problem, TooManyRequests):
    title = "Too many likes"

    def __init__(self) -> None:
        TooManyRequests.__init__(self, "That was too fast. Nothing was changed.", retry_after=1)


class Pace:
    """So many in each second for each client; 0 is no limit. What is kept of a client ends with the second."""

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._second = 0
        self._taken = Counter[str]()

    def take(self, request: Request) -> None:
        """Raises TooManyLikes."""
        if not self._per_second:
            return
        client = client_of(request)
        with self._lock:
            if (second := int(self._clock())) != self._second:
                self._second, self._taken = second, Counter()
            self._taken[client] += 1
            if self._taken[client] > self._per_second:
                raise TooManyLikes


def client_of(request: Request) -> str:
    """The address that the load balancer saw: the last that X-Forwarded-For names. The others anybody can write.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
    One client has at least a /64 of IPv6 to choose from.
    """
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or request.remote_addr or ""
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return told[:64]
    return str(address) if address.version == 4 else str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
