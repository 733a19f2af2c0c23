"""Choice of the speed of a drill: the highest at which this machine would carry the health checks."""

from __future__ import annotations

import time

from ecs_emulator.experiments.starvation import HEALTH_CHECK, WORK, Starvation, beating

SPEEDS = (10.0, 5.0, 2.0)  # how many times faster than on AWS; a drill that took longer would be told in hours
MEASURED = 2.0  # seconds


def chosen(waits: tuple[float, ...]) -> float:
    """The highest speed at which no beat would have been late, and the lowest where none is high enough."""
    return next((speed for speed in SPEEDS if not Starvation(HEALTH_CHECK / speed, waits).late), SPEEDS[-1])


def measured() -> tuple[float, str]:
    """The speed for this machine as it is now, and the sentence that says why."""
    with beating(HEALTH_CHECK) as heartbeat:
        time.sleep(MEASURED)
        waits = heartbeat.stop().waits
    speed = chosen(waits)
    return speed, (
        f"{speed:g} times faster than on AWS: {WORK * 1000:.0f} ms of work wait up to {max(waits, default=0.0):.2f} s "
        "for a processor of this machine. --speed says another."
    )
