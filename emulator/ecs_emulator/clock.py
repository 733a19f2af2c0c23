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

    `now` is the date and time that answers show; intervals are never measured with it. `startup` is what a process may
    need to start on a busy machine, in seconds: a health check grace period of as much or more gets no shorter.
    """

    speed: float = 1.0
    now: Callable[[], datetime] = utc_now
    startup: float = 0.0

    def shortened(self, seconds: float) -> float:
        """Length of an interval of AWS here."""
        return seconds / self.speed

    def grace(self, seconds: float) -> float:
        """Seconds that a health check grace period takes here."""
        return max(self.shortened(seconds), min(seconds, self.startup))
