"""Machine that a benchmark runs on: how much of it others took meanwhile. Linux only."""

from __future__ import annotations

import os
import platform
import resource
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_IDLE = (3, 4)  # idle, and waiting for a disk: https://docs.kernel.org/filesystems/proc.html


def hardware() -> str:
    """Cores, architecture and Python of figures, without their date."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


class MachineLoad:
    """From here on. `own` is the processor time of what runs for the benchmark and has not ended."""

    def __init__(self, own: float) -> None:
        self._total, self._busy = _times()
        self._own = own + _ended()

    def others(self, own: float) -> float:
        """Share of all processors that were busy with something else."""
        total, busy = _times()
        mine = own + _ended() - self._own
        return max(0.0, (busy - self._busy - mine) / max(total - self._total, 0.01))


def _ended() -> float:
    """Seconds of this process, and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _times() -> tuple[float, float]:
    """Seconds of all processors together: all there were, and busy ones."""
    line = Path("/proc/stat").read_text().splitlines()[0]
    times = [int(each) / _TICKS for each in line.split()[1:9]]  # what guests took is in them already
    return sum(times), sum(each for place, each in enumerate(times) if place not in _IDLE)
