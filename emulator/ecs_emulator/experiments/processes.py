"""Processes of a task, which are those of this machine that carry its metadata address."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from pathlib import Path


class NoProcess(Exception):
    """No process of this task can be found."""


def process_group(task_id: str) -> int:
    """The id of the task's process group, which is that of its first process too. Raises NoProcess.

    ECS_CONTAINER_METADATA_URI_V4 holds the task's id, and every child inherits it.
    """
    mark = re.compile(rb"ECS_CONTAINER_METADATA_URI_V4=\S*/v4/" + re.escape(task_id.encode()) + rb"\b")
    for process, variables in _environments():
        if mark.search(variables):
            with contextlib.suppress(ProcessLookupError):
                return os.getpgid(process)
    raise NoProcess(f"There is no process of the task {task_id}.")


def is_stopped(task_id: str) -> bool:
    """True when a signal has stopped the first process of a task. Raises NoProcess."""
    state = subprocess.run(
        ["ps", "-o", "state=", "-p", str(process_group(task_id))],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return state.strip().startswith("T")


def children(process: int) -> list[int]:
    """The processes that one has started, on Linux. Raises OSError when it has ended."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _environments() -> list[tuple[int, bytes]]:
    """Process id and environment of every process that may be looked at."""
    if Path("/proc/self/environ").exists():
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # ended while we looked, or somebody else's
                found.append((int(folder.name), (folder / "environ").read_bytes().replace(b"\0", b" ")))
        return found
    # macOS and the BSDs: `e` shows the environment behind the command.
    lines = subprocess.run(["ps", "axeww", "-o", "pid=,command="], capture_output=True, check=True).stdout  # noqa: S607
    return [(int(line.split(None, 1)[0]), line) for line in lines.splitlines()]
