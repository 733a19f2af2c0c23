"""Task run: the containers of one task, started, watched and stopped by a thread of its own."""

from __future__ import annotations

import contextlib
import select
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ecs_emulator.clock import Clock
from ecs_emulator.cloud.keys import Keys
from ecs_emulator.local import REGION
from ecs_emulator.scheduler import dependencies
from ecs_emulator.scheduler.addresses import Address
from ecs_emulator.scheduler.awslogs import Driver
from ecs_emulator.scheduler.container import Container, Process
from ecs_emulator.scheduler.container_runtime import Begin, CannotRun, ContainerContext, ContainerRuntime, Say
from ecs_emulator.scheduler.credentials import TaskRole
from ecs_emulator.scheduler.execute.sessions import Sessions
from ecs_emulator.scheduler.interfaces import ContainerState, Launch
from ecs_emulator.scheduler.log_options import Options, WrongOptions
from ecs_emulator.scheduler.metadata import Metadata, about_container, about_task, container_id
from ecs_emulator.scheduler.output import ContainerOutput, File
from ecs_emulator.scheduler.pulls import Pulls
from ecs_emulator.scheduler.restarts import RestartPolicy

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import SessionTypeDef

TICK = 0.05  # seconds between two looks at a task
STOP_TIMEOUT = 30.0  # ECS's default of `stopTimeout`, in seconds
SHORTEST_STOP = 3.0  # seconds that a process may need to end, however fast the clock runs
ZONE = f"{REGION}a"


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
    sessions: Sessions


class TaskRun:
    """The Run of a task."""

    def __init__(self, launch: Launch, address: Address, context: RuntimeContext, gone: Callable[[], None]) -> None:
        self.task_id = launch.task_id
        self.address = address.ip
        self._address = address
        self._launch = launch
        self._context = context
        self._gone = gone
        self._containers = [
            Container(definition, RestartPolicy.of(definition, context.clock))
            for definition in launch.definition["containerDefinitions"]
        ]
        self._order = dependencies.in_order(container.definition for container in self._containers)
        self._own = context.folder / launch.task_id
        self._stopping = threading.Event()
        role = launch.definition.get("taskRoleArn")
        self._role = TaskRole(role, context.keys) if role else None
        self._waiting: dict[str, tuple[Begin, ContainerOutput]] = {}  # by container; those that have not begun yet
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

    def execute(self, container: str, words: list[str]) -> SessionTypeDef | None:
        found = next((each for each in self._containers if each.name == container), None)
        if found is None or found.process is None or found.has_ended():
            return None
        return self._context.sessions.begin(found, words)

    def join(self, timeout: float) -> None:
        """Wait until nothing is left of it."""
        self._thread.join(timeout)

    def _live(self) -> None:
        try:
            self._prepare()
            while not all(container.state.status == "STOPPED" for container in self._containers):
                self._read()
                self._advance(time.monotonic())
        finally:
            for container in self._containers:
                self._drop(container, None)
                container.abandon()
                self._context.metadata.remove(container_id(self._launch, container.name))
            remove(self._own)
            if self._role:
                self._context.metadata.withdraw(self._role.path)
                self._role.end()
            self._gone()

    def _prepare(self) -> None:
        """Have all that the containers need, and begin those that wait for nobody: all of them or none."""
        for container in self._containers:
            self._await(container)
        if self._role:
            self._role.uri = self._context.metadata.serve(self._role.path, self._role.document)
        if len(self._waiting) < len(self._containers):
            for container in self._containers:
                self._drop(container, None)

    def _await(self, container: Container) -> None:
        """Have what a container needs; it begins when nothing keeps it."""
        try:
            self._check_pull(container)
            begin = self._context.runtime.prepared(container.definition, self._context.say)
            self._waiting[container.name] = begin, self._output(container)
        except CannotRun as error:
            container.fail(str(error))
            # Each task has its own id, and what is said is said once.
            why = str(error).replace(self.task_id, "TASK")
            self._context.say(
                f"The container {container.name} of {self._launch.definition['family']} cannot start: {why}"
            )

    def _begin(self, now: float) -> None:
        """Begin the containers whose dependencies are met; one whose never will be has failed."""
        by_name = {container.name: container for container in self._containers}
        for name in [name for name in self._order if name in self._waiting]:
            container = by_name[name]
            try:
                if not dependencies.may_start(container, by_name, self._context.clock, now):
                    continue
            except dependencies.NeverMet as error:
                self._drop(container, str(error))
                continue
            begin, output = self._waiting.pop(name)
            begin(container, self._container_context(container), output)

    def _container_context(self, container: Container) -> ContainerContext:
        uri = self._metadata_uri(container)
        definitions = [each.definition for each in self._containers]
        lasting = (name for name in self._order if not dependencies.is_waited_for(name, definitions))
        first = next(lasting, container.name)
        return ContainerContext(self._launch, self._address, uri, first, self._own, self._role, self._context.clock)

    def _drop(self, container: Container, reason: str | None) -> None:
        """One that waits never begins."""
        if container.name in self._waiting:
            _, output = self._waiting.pop(container.name)
            output.finish()
            output.give_up()
            container.fail(reason)

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
            if container.is_due_again and container.name not in self._waiting:
                self._await(container)
        is_over = any(container.is_essential and container.has_ended() for container in self._containers)
        if not is_over and not self._stopping.is_set():
            self._begin(now)
            return
        for container in self._containers:
            self._drop(container, None)
            if dependencies.may_end(container, self._containers):
                container.terminate(now, self._patience(container))

    def _patience(self, container: Container) -> float:
        """`stopTimeout` as the clock shortens it; what a process needs to end gets no shorter."""
        timeout = float(container.definition.get("stopTimeout", STOP_TIMEOUT))
        return max(self._context.clock.shortened(timeout), min(timeout, SHORTEST_STOP))


def remove(folder: Path) -> None:
    """Remove what a task has written, as far as that goes: it may have nested folders deeper than Python counts."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
