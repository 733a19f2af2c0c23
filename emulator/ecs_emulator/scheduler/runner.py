"""Task runtime on this machine, each task on an address of its own: common to processes and containers."""

from __future__ import annotations

import threading
from pathlib import Path

import boto3

from ecs_emulator.clock import Clock
from ecs_emulator.cloud.keys import Keys
from ecs_emulator.local import REGION
from ecs_emulator.scheduler.addresses import Address, Addresses, NoAddress
from ecs_emulator.scheduler.awslogs import Driver
from ecs_emulator.scheduler.container_runtime import ContainerRuntime, Say
from ecs_emulator.scheduler.execute.sessions import Sessions
from ecs_emulator.scheduler.interfaces import Launch
from ecs_emulator.scheduler.metadata import Metadata
from ecs_emulator.scheduler.pulls import Pulls
from ecs_emulator.scheduler.run import RuntimeContext, TaskRun, remove

FAREWELL = 60  # seconds that `close` waits for the last task


class TaskRunner:
    """Task runtime of this machine; `runtime` is how it runs containers.

    `folder`, which is for this alone, gets the output of containers without a log driver, and what tasks write. `say`
    hears once of everything that is not emulated. `keys` are those that the cloud takes: a task with a role has some of
    its own among them. `pulls` says what an execution role may pull. `workers` are its threads, for a supervisor.
    """

    def __init__(
        self,
        runtime: ContainerRuntime,
        session: boto3.Session,
        cloud_url: str,
        cloud_port: int,
        clock: Clock,
        folder: Path,
        say: Say,
        keys: Keys,
        pulls: Pulls | None = None,
    ) -> None:
        self._addresses = Addresses(cloud_port)
        self._driver = Driver(session, cloud_url, REGION, say)
        self.metadata = Metadata()
        once, pulls = _Once(say), pulls or Pulls()
        self._sessions = Sessions()
        self._context = RuntimeContext(
            runtime, self._driver, self.metadata, keys, clock, folder.absolute(), once, pulls, self._sessions
        )
        self.workers = (self._driver.worker, self.metadata.worker, self._sessions.worker)
        self._lock = threading.Lock()
        self._tasks: set[TaskRun] = set()
        # Nobody asks any more for what the tasks of an earlier emulator printed, or left behind when it was killed.
        for old in folder.glob("*"):
            old.unlink() if old.is_file() else remove(old)

    def start(self, launch: Launch) -> TaskRun:
        """Begin to run a task; what cannot start shows in its containers."""
        ports = [
            mapping["containerPort"]
            for definition in launch.definition["containerDefinitions"]
            for mapping in definition.get("portMappings", [])
            if "containerPort" in mapping
        ]
        shared = any(map(self._context.runtime.shares_address, launch.definition["containerDefinitions"]))
        try:
            address = self._addresses.take(dict.fromkeys(ports), shared)
        except NoAddress as error:
            return TaskRun.refused(launch, self._context, f"ResourceInitializationError: {error}")
        task = TaskRun(launch, address, self._context, lambda: self._gone(task, address))
        with self._lock:
            self._tasks.add(task)
        task.start()
        return task

    def close(self) -> None:
        """Stop every task that still runs, and wait for it."""
        with self._lock:
            left = list(self._tasks)
        for task in left:
            task.stop()
        for task in left:
            task.join(FAREWELL)
        self._driver.close()
        self.metadata.close()
        self._sessions.close()

    def _gone(self, task: TaskRun, address: Address) -> None:
        with self._lock:
            self._tasks.discard(task)
        self._addresses.give_back(address)


class _Once:
    """Says every sentence once."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._said: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, sentence: str) -> None:
        with self._lock:
            is_new = sentence not in self._said
            self._said.add(sentence)
        if is_new:
            self._say(sentence)
