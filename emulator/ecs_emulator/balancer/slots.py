"""Slots of load balancers: each has ports of this machine of its own, for as long as it is there."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Set

APART = 1000  # ports between those of one load balancer and the same of the next


class Slots:
    """Slots by a load balancer's ARN, from 0; one that is free again is given anew. For several threads."""

    def __init__(self, api_port: int) -> None:
        self._api_port = api_port
        self._lock = threading.Lock()
        self._taken: dict[str, int] = {}

    def port(self, arn: str, port: int) -> int:
        """Port of this machine where port `port` of a load balancer listens."""
        with self._lock:
            if arn not in self._taken:
                used = set(self._taken.values())
                self._taken[arn] = next(each for each in itertools.count() if each not in used)
            return self._api_port - 80 + port + APART * self._taken[arn]

    def keep(self, arns: Set[str]) -> None:
        """Give up the slots of all others."""
        with self._lock:
            self._taken = {arn: slot for arn, slot in self._taken.items() if arn in arns}
