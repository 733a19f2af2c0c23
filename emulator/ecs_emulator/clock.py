"""Clock of an emulator: every interval of ECS and the load balancer, shortened alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """`speed` 10 makes a minute of AWS six seconds. The start of a process is as slow as ever.

    `startup` is what a process may need for it on a busy machine, in seconds: the least that a health check grace period
    of as much or more is shortened to. `now` is the date and time that answers show; intervals are never measured with
    it.
    """

    speed: float = 1.0
    startup: float = 0.0
    now: Callable[[], datetime] = utc_now

    def shortened(self, seconds: float) -> float:
        """Length of an interval of AWS here."""
        return seconds / self.speed

    def grace(self, seconds: float) -> float:
        """How long a health check grace period takes here."""
        return max(self.shortened(seconds), min(seconds, self.startup))
