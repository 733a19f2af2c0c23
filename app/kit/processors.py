"""Processors that a task may use, and the workers for them."""

import math
import os
from pathlib import Path

from app.kit.task_metadata import NO_ANSWER, task

LEAST = 2  # one goes on serving while another is replaced
MOST = 4  # where nobody says how many are meant: a laptop has others to serve
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def workers(metadata_uri: str) -> int:
    """One for each processor of the task, as ECS says; else of the container or machine, up to MOST. LEAST at least."""
    return max(LEAST, math.ceil(_of_task(metadata_uri) or min(MOST, _of_container(), _of_machine())))


def _of_task(metadata_uri: str) -> float:
    """vCPUs of the task; 0 where ECS does not say."""
    try:
        return float(task(metadata_uri)["Limits"]["CPU"]) if metadata_uri else 0.0
    except NO_ANSWER:
        return 0.0


def _of_container() -> float:
    """Processors that the container's quota is worth; infinite without one.

    https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
    """
    try:
        quota, period = _QUOTA.read_text().split()
        return int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return math.inf


def _of_machine() -> int:
    # macOS has no affinity.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
