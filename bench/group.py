"""Resource usage of a process group: memory and processor time of all its processes. Linux only."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class GroupMemory(NamedTuple):
    """MiB. `resident` counts a page for each process that has it, `shared_once` as the limit of a container does."""

    resident: float
    shared_once: float


def memory(group: int) -> GroupMemory:
    """Resident set sizes (RSS) and proportional ones (PSS), added up over a process group."""
    sizes = {"Rss:": 0, "Pss:": 0}
    for process in _processes(group):
        with contextlib.suppress(OSError):  # ended while we looked
            for line in (process / "smaps_rollup").read_text().splitlines():
                name, _, rest = line.partition(" ")
                if name in sizes:
                    sizes[name] += int(rest.split()[0])
    return GroupMemory(sizes["Rss:"] / 1024, sizes["Pss:"] / 1024)


def largest(group: int) -> float:
    """Resident set size in MiB of the largest process of a group."""
    sizes = [0.0]
    for process in _processes(group):
        with contextlib.suppress(OSError):
            sizes.append(int(_fields(process)[21]) * _PAGE / 2**20)
    return max(sizes)


def processor_time(*groups: int) -> float:
    """Seconds that the processes of groups which are alive have used."""
    used = 0
    for process in _processes(*groups):
        with contextlib.suppress(OSError):
            user, system = _fields(process)[11:13]
            used += int(user) + int(system)
    return used / _TICKS


def _processes(*groups: int) -> list[Path]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(_fields(process)[2]) in groups:
                found.append(process)
    return found


def _fields(process: Path) -> list[str]:
    """What follows a process's name, which may hold anything: state, parent, group, …"""
    return (process / "stat").read_text().rpartition(")")[2].split()
