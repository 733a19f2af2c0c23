"""Faults of exhaustion, on Linux: a task runs out of a worker, memory, a disk, file descriptors."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ecs_emulator.experiments.record import CheckResult
from ecs_emulator.experiments.stage import START_UP
from reliability.faults.environment import FaultEnvironment, RunningTask
from reliability.faults.looks import look

MORE_MEMORY = 4 * 2**20  # bytes that a worker may take yet
MORE_DESCRIPTORS = 2  # and file descriptors
# What makes it ask for more: heads that never end, which a load balancer would not pass on.
HEAD = b"GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + b"x" * 60_000
CROWD = 400
EVENTS = 100


def kill_worker(environment: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    task = environment.victim()
    before = task.workers()
    os.kill(before[0], signal.SIGKILL)
    environment.pass_time(seconds)
    return [_replaced(environment, task, before)]


def no_memory(environment: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    """Both workers of a task may take little more than they have, and are then given much to keep."""
    task = environment.victim()
    before = task.workers()
    with ExitStack() as limits, _connected(task, CROWD) as connections:
        for worker in before:
            limits.enter_context(_limited(worker, resource.RLIMIT_AS, _memory(worker) + MORE_MEMORY))
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.sendall(HEAD)
        ended = environment.until(lambda: not set(before) & set(task.workers()), START_UP)
    environment.pass_time(seconds)
    environment.until(lambda: not task.lives() or len(task.workers()) == len(before), START_UP)
    return [
        CheckResult(ended, f"{'All' if ended else 'Not all'} workers came to their limit and ended."),
        _replaced(environment, task, before) if task.lives() else _replaced_by_ecs(environment, task),
    ]


def full_disk(environment: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    """No process of any task can write a byte into a file, and a task is started whose output is on a full disk."""
    everybody = [pid for task in environment.tasks() for pid in (task.main, *task.workers())]
    with ExitStack() as limits:
        for pid in everybody:
            limits.enter_context(_limited(pid, resource.RLIMIT_FSIZE, 0))
        held = all(resource.prlimit(pid, resource.RLIMIT_FSIZE)[0] == 0 for pid in everybody)
        with environment.another_task("sh", "-c", "exec python -m app > /dev/full 2>&1") as mute:
            began = environment.until(lambda: look(mute.url, "/health").outcome == "200", START_UP)
            # More events than a buffer holds.
            good = [look(mute.url, "/mysfits").outcome for _ in range(EVENTS)].count("200")
        environment.pass_time(seconds)
    return [
        CheckResult(held, f"{len(everybody)} processes could write no file."),
        CheckResult(began and good == EVENTS, f"A task that could print nothing answered {good} of {EVENTS} requests."),
    ]


def no_descriptors(environment: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    task = environment.victim()
    workers = task.workers()
    with ExitStack() as limits:
        for worker in workers:
            limits.enter_context(_limited(worker, resource.RLIMIT_NOFILE, _descriptors(worker) + MORE_DESCRIPTORS))
        with _connected(task, CROWD):
            full = environment.until(lambda: all(_is_full(worker) for worker in workers), START_UP)
            environment.pass_time(seconds)
    return [CheckResult(full, f"{'All' if full else 'Not all'} {len(workers)} workers had no file descriptor left.")]


@contextmanager
def _limited(pid: int, kind: int, most: int) -> Iterator[None]:
    """The soft limit of a process; the hard one stays, so that it can be undone."""
    soft, hard = resource.prlimit(pid, kind)
    resource.prlimit(pid, kind, (most, hard))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, kind, (soft, hard))


@contextmanager
def _connected(task: RunningTask, count: int) -> Iterator[list[socket.socket]]:
    """Connections to a task that it may or may not take."""
    with ExitStack() as opened:
        connections = [opened.enter_context(socket.socket()) for _ in range(count)]
        for connection in connections:
            connection.setblocking(False)
            connection.connect_ex((task.host, task.port))
        yield connections


def _replaced(environment: FaultEnvironment, task: RunningTask, before: Sequence[int]) -> CheckResult:
    environment.until(lambda: len(task.workers()) == len(before), START_UP)
    now = task.workers()
    new = [worker for worker in now if worker not in before]
    return CheckResult(len(now) == len(before) and bool(new), f"{len(new)} new workers serve, {len(now)} in all.")


def _replaced_by_ecs(environment: FaultEnvironment, task: RunningTask) -> CheckResult:
    """For a server that gave up: it does when its workers end again within seconds. Raises TookTooLong."""
    gone = environment.until(lambda: task.name not in environment.running(), START_UP)
    environment.until_steady()
    return CheckResult(
        gone, f"Its server gave up; {len(environment.running())} tasks run{', without it' if gone else ''}."
    )


def _memory(pid: int) -> int:
    """Bytes of address space."""
    found = re.search(r"VmSize:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 if found else 0


def _descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def _is_full(pid: int) -> bool:
    with contextlib.suppress(OSError):  # it has ended
        return _descriptors(pid) >= resource.prlimit(pid, resource.RLIMIT_NOFILE)[0]
    return False
