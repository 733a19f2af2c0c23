"""Use of CPU and memory by services, out of the processes of their tasks."""

from __future__ import annotations

import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ecs_emulator.scheduler.interfaces import ContainerState
from ecs_emulator.scheduler.scheduler import Scheduler
from ecs_emulator.scheduler.utilization import Usage, Utilization, usages_of_machine

DIMENSIONS = (("ClusterName", "main"), ("ServiceName", "web"))


def task(*groups: int | None, **definition: Any) -> Any:
    containers = [ContainerState(f"c{each}", "RUNNING", None, None, process_group=each) for each in groups]
    sizes = {"cpu": "256", "memory": "512", "containerDefinitions": [], **definition}
    return SimpleNamespace(
        id=str(groups), service="web", last_status="RUNNING", containers=containers, definition=sizes
    )


class World:
    def __init__(self, *tasks: Any) -> None:
        self.usages: dict[int, Usage] = {}
        cluster = SimpleNamespace(name="main", tasks={each.id: each for each in tasks})
        clusters = SimpleNamespace(all=lambda: [cluster])
        scheduler = cast(Scheduler, SimpleNamespace(lock=threading.RLock(), clusters=clusters))
        self.utilization = Utilization(scheduler, lambda: self.usages)

    def read(self, now: float) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        for datum in self.utilization.read(now):
            assert datum.metric.dimensions == DIMENSIONS
            found.setdefault(datum.metric.name, []).extend(datum.values)
        return found


def test_cpu_is_a_share_of_what_the_task_has_between_two_readings() -> None:
    world = World(task(1, 2))
    world.usages = {1: Usage(5.0, 0), 2: Usage(1.0, 0)}
    assert "CPUUtilization" not in world.read(100.0)
    world.usages = {1: Usage(6.0, 0), 2: Usage(1.5, 0)}
    # One and a half seconds of ten, of a quarter of a processor.
    assert world.read(110.0)["CPUUtilization"] == [pytest.approx(60.0)]


def test_memory_is_a_share_of_what_the_task_has() -> None:
    world = World(task(1), task(2))
    world.usages = {1: Usage(0, 128 * 2**20), 2: Usage(0, 256 * 2**20)}
    assert world.read(100.0)["MemoryUtilization"] == [25.0, 50.0]


def test_sizes_are_those_of_the_containers_where_the_task_states_none() -> None:
    definitions = [{"name": "a", "memory": 256}, {"name": "b", "memory": 768}]
    world = World(task(1, cpu=None, memory=None, containerDefinitions=definitions))
    world.usages = {1: Usage(0, 512 * 2**20)}
    world.read(99.0)
    assert world.read(100.0) == {"MemoryUtilization": [50.0]}


def test_a_task_whose_container_is_no_process_of_this_machine_is_not_measured() -> None:
    world = World(task(1, None))
    world.usages = {1: Usage(1.0, 2**20)}
    assert not world.read(100.0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it in /proc")
def test_the_machine_tells_what_a_process_group_uses() -> None:
    spend = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\ninput()"
    child = subprocess.Popen(
        [sys.executable, "-c", spend], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert child.stdout
    child.stdout.readline()
    used = usages_of_machine()[child.pid]
    child.communicate(b"\n")
    assert used.seconds >= 0.15
    assert used.memory > 2**20
