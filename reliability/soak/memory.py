"""Memory of the processes of a rehearsal, sampled again and again.

Of each process what it holds itself (`Pss_Anon`: its heap and stacks, its part of what was forked), not the files that
it has mapped, which it shares with whatever else runs on the machine.
https://www.kernel.org/doc/html/latest/filesystems/proc.html
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mypy_boto3_ecs.client import ECSClient

BALANCER, REHEARSAL = "the load balancer", "the rehearsal"

_TASK = re.compile(rb"\0ECS_CONTAINER_METADATA_URI_V4=[^\0]*/v4/([0-9a-f]{32})-")
_HELD = re.compile(r"^Pss_Anon:\s+(\d+) kB$", re.MULTILINE)
_AT_ONCE = 100  # tasks that DescribeTasks takes


class Part(NamedTuple):
    """Part that is measured as one: a task of a service, or something around the tasks, which has no task."""

    name: str
    task: str = ""


class Sample(NamedTuple):
    """Bytes by part. `at` is in seconds since the epoch."""

    at: float
    held: Mapping[Part, int]


def is_readable() -> bool:
    """True when this system tells what a process holds itself. Linux does."""
    with contextlib.suppress(OSError):
        return bool(_HELD.search(Path("/proc/self/smaps_rollup").read_text()))
    return False


class MemorySampler:
    """`watching` makes one. `folder` is that of the rehearsal."""

    def __init__(self, ecs: ECSClient, cluster: str, folder: Path, every: float) -> None:
        self._ecs, self._cluster = ecs, cluster
        self._mark = f"\0LOCAL_DIR={folder.absolute()}\0".encode()
        self._balancer = str(folder.absolute() / "balancer").encode()
        self._every = every  # seconds
        self._services: dict[str, str] = {}  # by task; empty where it is none of ours
        self._samples: list[Sample] = []
        self._error: Exception | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            while not self._stopping.wait(self._every):
                self._samples.append(self._look())
        except Exception as error:  # noqa: BLE001 (raised again by whoever wants the samples)
            self._error = error

    def samples(self) -> list[Sample]:
        """Raises as looking did."""
        if self._error is not None:
            raise self._error
        return list(self._samples)

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _look(self) -> Sample:
        held: defaultdict[Part, int] = defaultdict(int)
        found = [(process, part) for process in Path("/proc").glob("[0-9]*") if (part := self._part(process))]
        self._ask_for({part.task for _, part in found if part.task} - self._services.keys())
        for process, part in found:
            if not part.task:
                held[part] += _held(process)
            elif service := self._services[part.task]:
                held[Part(service, part.task)] += _held(process)
        return Sample(time.time(), {part: size for part, size in held.items() if size})

    def _part(self, process: Path) -> Part | None:
        """What a process belongs to; of a task its service is not known yet."""
        try:
            command = (process / "cmdline").read_bytes()
            environment = b"\0" + (process / "environ").read_bytes()
        except OSError:  # ended while we looked, or somebody else's
            return None
        if match := _TASK.search(environment):
            return Part("", match[1].decode())
        if self._balancer in command:
            return Part(BALANCER)
        return Part(REHEARSAL) if self._mark in environment and b"\0up\0" in command else None

    def _ask_for(self, tasks: set[str]) -> None:
        """Which service each task belongs to; those of other rehearsals are not known here."""
        self._services |= dict.fromkeys(tasks, "")
        for first in range(0, len(tasks), _AT_ONCE):
            some = sorted(tasks)[first : first + _AT_ONCE]
            for task in self._ecs.describe_tasks(cluster=self._cluster, tasks=some)["tasks"]:
                family = task["taskDefinitionArn"].rpartition("/")[2].rpartition(":")[0]
                self._services[task["taskArn"].rpartition("/")[2]] = family


def _held(process: Path) -> int:
    with contextlib.suppress(OSError):
        if match := _HELD.search((process / "smaps_rollup").read_text()):
            return int(match[1]) * 1024
    return 0


@contextmanager
def watching(ecs: ECSClient, cluster: str, folder: Path, every: float) -> Iterator[MemorySampler]:
    memory = MemorySampler(ecs, cluster, folder, every)
    try:
        yield memory
    finally:
        memory.close()
