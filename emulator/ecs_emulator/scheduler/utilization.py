"""Metrics of AWS/ECS: how much of its CPU and memory each service uses, by the processes of its tasks.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_utilization.html
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from ecs_emulator.cloud.metrics import Datum, Metric
from ecs_emulator.scheduler.scheduler import Scheduler
from ecs_emulator.scheduler.tasks import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef

NAMESPACE = "AWS/ECS"
_PROC = Path("/proc")
_UNITS = 1024  # CPU units of one processor


class Usage(NamedTuple):
    """Use of a process group: processor seconds since it began, and bytes of memory now."""

    seconds: float = 0.0
    memory: int = 0


class Utilization:
    """Readings of a scheduler's metrics; `usages` gives what the process groups of this machine use, by their ids.

    A task is measured where all its containers are processes, and its sizes are stated.
    """

    def __init__(self, scheduler: Scheduler, usages: Callable[[], Mapping[int, Usage]] | None = None) -> None:
        self._scheduler = scheduler
        self._usages = usages or usages_of_machine
        self._before: dict[str, tuple[float, float]] = {}  # by task: when, and its processor seconds then

    def read(self, now: float) -> Iterator[Datum]:
        """Data at a time in seconds since the epoch; of CPU from the second reading of a task on."""
        with self._scheduler.lock:
            tasks = [
                (cluster.name, task, [each.process_group for each in task.containers if each.status == "RUNNING"])
                for cluster in self._scheduler.clusters.all()
                for task in cluster.tasks.values()
                if task.service and task.last_status == "RUNNING"
            ]
        if not tasks:
            return
        usages, seen = self._usages(), {}
        for cluster, task, groups in tasks:
            used = [usages[each] for each in groups if each is not None and each in usages]
            if not used or len(used) < len(groups):
                continue
            dimensions = (("ClusterName", cluster), ("ServiceName", str(task.service)))
            seconds = sum(each.seconds for each in used)
            since, before = self._before.get(task.id, (now, 0.0))
            seen[task.id] = (now, seconds)
            cpu, memory = _size(task, "cpu"), _size(task, "memory")
            if cpu and now > since:
                share = max(0.0, seconds - before) / (now - since) * _UNITS / cpu * 100
                yield Datum(Metric(NAMESPACE, "CPUUtilization", dimensions), now, [share], "Percent")
            if memory:
                share = sum(each.memory for each in used) / 2**20 / memory * 100
                yield Datum(Metric(NAMESPACE, "MemoryUtilization", dimensions), now, [share], "Percent")
        self._before = seen


def _size(task: Task, name: Literal["cpu", "memory"]) -> int:
    """CPU units or MiB of a task; those of its containers where it states none itself."""
    definition: TaskDefinitionTypeDef = task.definition
    if own := definition.get(name):
        return int(own)
    return sum(int(each.get(name) or 0) for each in definition["containerDefinitions"])


def usages_of_machine() -> dict[int, Usage]:
    """Use of this machine by each process group, by its id; nothing on a system without /proc.

    A process that has ended and was waited for counts with its parent: https://man7.org/linux/man-pages/man5/proc.5.html
    """
    if not _PROC.is_dir():
        return {}
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    found: dict[int, Usage] = defaultdict(Usage)
    for process in _PROC.iterdir():
        if not process.name.isdigit():
            continue
        try:
            # The name of its program is in brackets and may hold anything.
            fields = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        group, spent, pages = int(fields[2]), sum(map(int, fields[11:15])), int(fields[21])
        before = found[group]
        found[group] = Usage(before.seconds + spent / ticks, before.memory + pages * page)
    return found
