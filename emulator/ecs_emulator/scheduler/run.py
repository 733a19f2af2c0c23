"""Task run: the containers of one task, started, watched and stopped by a thread of its own."""

from __future__ import annotations

import contextlib
import graphlib
import select
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ecs_emulator.clock import Clock
from ecs_emulator.cloud.keys import Keys
from ecs_emulator.local import REGION
from ecs_emulator.scheduler.addresses import Address
from ecs_emulator.scheduler.awslogs import Driver
from ecs_emulator.scheduler.container import Container, Process
from ecs_emulator.scheduler.credentials import TaskRole
from ecs_emulator.scheduler.interfaces import ContainerState, Launch
from ecs_emulator.scheduler.log_options import Options, WrongOptions
from ecs_emulator.scheduler.metadata import Metadata, about_container, about_task, container_id
from ecs_emulator.scheduler.output import ContainerOutput, File
from ecs_emulator.scheduler.pulls import Pulls

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

TICK = 0.05  # seconds between two looks at a task
STOP_TIMEOUT = 30.0  # ECS's default of `stopTimeout`, in seconds
SHORTEST_STOP = 3.0  # seconds that a process may need to end, however fast the clock runs
ZONE = f"{REGION}a"


class CannotRun(Exception):
    """A container that cannot run; the message is its reason, as ECS has it."""


class ContainerContext(NamedTuple):
    """Context of a container: its task, the task's address, and where it can ask about itself.

    `first` is the name of the container that the task begins with; `own` a folder that is the task's own, if anybody
    makes it, and gone with the task; `role` has the credentials, None without a role.
    """

    launch: Launch
    address: Address
    metadata_uri: str
    first: str
    own: Path
    role: TaskRole | None


Begin = Callable[[Container, ContainerContext, ContainerOutput], None]
Say = Callable[[str], None]


class ContainerRuntime(Protocol):
    """Runtime of containers: as processes, or by a Docker engine. `has_effect` are the features, of those that are
    accepted without effect, that have one by it.
    """

    has_effect: frozenset[str]

    def shares_address(self, definition: ContainerDefinitionOutputTypeDef) -> bool:
        """True when a container may listen on an address that it shares with other tasks, as a program does that knows
        of PORT alone.
        """
        ...

    def prepared(self, definition: ContainerDefinitionOutputTypeDef, say: Say) -> Begin:
        """Function that begins to run a container, once its task is all prepared; its `state` shows what then fails.

        Raises CannotStart.
        """
        ...


class RuntimeContext(NamedTuple):
    """Context of all task runs."""

    runtime: ContainerRuntime
    driver: Driver
    metadata: Metadata
    keys: Keys
    clock: Clock
    folder: Path
    say: Say
    pulls: Pulls


class TaskRun:
    """The Run of a task."""

    def __init__(self, launch: Launch, address: Address, context: RuntimeContext, gone: Callable[[], None]) -> None:
        self.task_id = launch.task_id
        self.address = address.ip
        self._address = address
        self._launch = launch
        self._context = context
        self._gone = gone
        self._containers = [Container(definition) for definition in launch.definition["containerDefinitions"]]
        self._own = context.folder / launch.task_id
        self._stopping = threading.Event()
        role = launch.definition.get("taskRoleArn")
        self._role = TaskRole(role, context.keys) if role else None
        self._thread = threading.Thread(target=self._live, name=f"task {launch.task_id}", daemon=True)

    @classmethod
    def refused(cls, launch: Launch, context: RuntimeContext, reason: str) -> TaskRun:
        """A task that never runs."""
        task = cls(launch, Address("127.0.0.1", {}), context, lambda: None)
        for container in task._containers:
            container.fail(reason)
        return task

    def start(self) -> None:
        self._thread.start()

    def port(self, container_port: int) -> int:
        return self._address.ports.get(container_port, container_port)

    def containers(self) -> list[ContainerState]:
        return [container.state for container in self._containers]

    def stop(self) -> None:
        self._stopping.set()

    def join(self, timeout: float) -> None:
        """Wait until nothing is left of it."""
        self._thread.join(timeout)

    def _live(self) -> None:
        try:
            self._begin()
            while not all(container.state.status == "STOPPED" for container in self._containers):
                self._read()
                self._advance(time.monotonic())
        finally:
            for container in self._containers:
                container.abandon()
                self._context.metadata.remove(container_id(self._launch, container.name))
            remove(self._own)
            if self._role:
                self._context.metadata.withdraw(self._role.path)
                self._role.end()
            self._gone()

    def _begin(self) -> None:
        """Start the containers, all of them or none."""
        try:
            containers = _in_order(self._containers)
        except graphlib.CycleError as error:
            names = ", ".join(sorted(set(error.args[1])))
            for container in self._containers:
                container.fail(f"ResourceInitializationError: the containers depend on each other in a circle: {names}")
            return
        prepared: list[tuple[Container, Begin, ContainerOutput]] = []
        for container in containers:
            try:
                self._check_pull(container)
                begin = self._context.runtime.prepared(container.definition, self._context.say)
                prepared.append((container, begin, self._output(container)))
            except CannotRun as error:
                container.fail(str(error))
        if self._role:
            self._role.uri = self._context.metadata.serve(self._role.path, self._role.document)
        may_start = len(prepared) == len(containers)
        for container, begin, output in prepared:
            if may_start and not self._stopping.is_set():
                uri = self._metadata_uri(container)
                container_context = ContainerContext(
                    self._launch, self._address, uri, containers[0].name, self._own, self._role
                )
                begin(container, container_context, output)
            else:
                output.finish()
                output.give_up()
                container.fail(None)

    def _check_pull(self, container: Container) -> None:
        role = self._launch.definition.get("executionRoleArn")
        if why := self._context.pulls.refusal(container.definition["image"], role, self.task_id):
            raise CannotRun(why)

    def _output(self, container: Container) -> ContainerOutput:
        logging = container.definition.get("logConfiguration", {})
        if logging.get("logDriver") != "awslogs":
            return File(self._context.folder / f"{self._launch.task_id}.log")
        try:
            own_id = container_id(self._launch, container.name) if self._launch.launch_type == "EC2" else None
            options = Options.of(logging.get("options", {}), container.name, self._launch.task_id, own_id)
            return self._context.driver.open(options)
        except WrongOptions as error:
            raise CannotRun(f"ResourceInitializationError: failed to validate logger args: {error}") from error

    def _metadata_uri(self, container: Container) -> str:
        return self._context.metadata.add(
            container_id(self._launch, container.name),
            lambda: about_container(self._launch, self.address, container, self._stopping.is_set()),
            lambda: about_task(self._launch, self.address, self._containers, self._stopping.is_set(), ZONE),
        )

    def _read(self) -> None:
        """Take what the containers print, for one tick at the most."""
        poll = select.poll()
        pipes: dict[int, Process] = {}
        for process in (container.process for container in self._containers if container.process):
            if (pipe := process.readable()) is not None:
                pipes[pipe] = process
                poll.register(pipe, select.POLLIN)
        for pipe, _ in poll.poll(TICK * 1000):
            pipes[pipe].read()

    def _advance(self, now: float) -> None:
        for container in self._containers:
            container.advance(now)
        is_over = any(container.is_essential and container.has_ended() for container in self._containers)
        if is_over or self._stopping.is_set():
            for container in self._containers:
                container.terminate(now, self._patience(container))

    def _patience(self, container: Container) -> float:
        """`stopTimeout` as the clock shortens it; what a process needs to end gets no shorter."""
        timeout = float(container.definition.get("stopTimeout", STOP_TIMEOUT))
        return max(self._context.clock.shortened(timeout), min(timeout, SHORTEST_STOP))


def remove(folder: Path) -> None:
    """Remove what a task has written, as far as that goes: it may have nested folders deeper than Python counts."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)


def _in_order(containers: list[Container]) -> list[Container]:
    """Those first that others depend on. Raises CycleError."""
    by_name = {container.name: container for container in containers}
    graph = {
        name: [other["containerName"] for other in container.definition.get("dependsOn", [])]
        for name, container in by_name.items()
    }
    return [by_name[name] for name in graphlib.TopologicalSorter(graph).static_order() if name in by_name]
