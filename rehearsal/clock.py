"""How fast a rehearsal plays: every interval of ECS and the load balancer, shortened alike."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """`speed` 10 makes a minute of AWS six seconds. The start of a process is as slow as ever."""

    speed: float = 1.0

    def shortened(self, seconds: float) -> float:
        """How long an interval of AWS takes here."""
        return seconds / self.speed
