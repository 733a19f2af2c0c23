"""A watch keeps what changes, gives the first snapshot that is so, and says what it cannot see."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ecs_emulator.experiments import polling
from ecs_emulator.experiments.polling import TookTooLong, watching
from ecs_emulator.experiments.processes import NoProcess, process_group
from ecs_emulator.experiments.snapshots import ServiceSnapshot, TaskSnapshot
from emulator.tests.experiments.records import CARL, HEALTHY, NEW, a_snapshot
from emulator.tests.support.waiting import until


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "EVERY", 0.005)


class Service:
    """What is looked at."""

    def __init__(self) -> None:
        self.tasks = dict(HEALTHY)
        self.looks = 0

    def look(self) -> ServiceSnapshot:
        self.looks += 1
        now = time.time()
        snapshot = a_snapshot(now, dict(self.tasks))
        return replace(snapshot, since=now, begun=now, at=time.time())


def test_a_watch_keeps_only_sights_that_show_something_new() -> None:
    service = Service()
    with watching(service.look) as over:
        until(lambda: service.looks > 5, "some looks")
        service.tasks[CARL] = TaskSnapshot(NEW, "PENDING")
        over.until(lambda snapshot: CARL in snapshot.tasks, "Carl is there", 20, 0)
        first, second = over.snapshots()
    assert CARL not in first.tasks
    assert CARL in second.tasks
    # It came about between the look before, which is not kept, and this one.
    assert first.at < second.since < second.begun <= second.at


def test_what_was_so_before_does_not_count() -> None:
    service = Service()
    with watching(service.look) as over:
        until(lambda: service.looks > 2, "some looks")
        now = time.time()
        assert over.until(lambda snapshot: True, "anything", 20, now).begun >= now


def test_what_never_comes_about_is_named() -> None:
    with watching(Service().look) as over, pytest.raises(TookTooLong, match=r"Not within 0 s: Carl is there\."):
        over.until(lambda snapshot: CARL in snapshot.tasks, "Carl is there", 0.1, 0)


def test_whoever_waits_hears_why_nothing_can_be_seen() -> None:
    def look() -> ServiceSnapshot:
        raise OSError("no endpoint")

    with watching(look) as over, pytest.raises(OSError, match="no endpoint"):
        over.until(lambda snapshot: True, "anything", 20, 0)


@pytest.fixture
def task() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A process with a child, as a task of this id has them."""
    task_id = os.urandom(16).hex()
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    uri = f"http://127.0.0.1:51678/v4/{task_id}-0123456789"
    with subprocess.Popen(
        [sys.executable, "-c", code], env={"ECS_CONTAINER_METADATA_URI_V4": uri}, start_new_session=True
    ) as process:
        yield task_id, process
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def test_the_processes_of_a_task_are_found_by_its_id(task: tuple[str, subprocess.Popen[bytes]]) -> None:
    task_id, process = task
    until(lambda: _found(task_id) == process.pid, "the process has begun")


def test_a_task_without_processes_is_named() -> None:
    with pytest.raises(NoProcess, match="no process of the task feedbeef"):
        process_group("feedbeef")


def _found(task_id: str) -> int:
    try:
        return process_group(task_id)
    except NoProcess:
        return 0
