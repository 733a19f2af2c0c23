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

    `now` is the date and time that answers show; intervals are never measured with it.
    """

    speed: float = 1.0
    now: Callable[[], datetime] = utc_now

    def shortened(self, seconds: float) -> float:
        """Length of an interval of AWS here."""
        return seconds / self.speed
