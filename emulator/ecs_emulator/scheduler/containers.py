"""Container runtime with a Docker engine: containers are its own."""

from __future__ import annotations

import contextlib
import math
import os
import subprocess
import threading
import time
from functools import partial
from typing import IO, TYPE_CHECKING, cast
from urllib.parse import urlsplit

from ecs_emulator.local import endpoint_environment
from ecs_emulator.reaper import Start
from ecs_emulator.scheduler.confinement import Confinement
from ecs_emulator.scheduler.container import Container, Process
from ecs_emulator.scheduler.docker.engine import PATIENCE, Engine, EngineError
from ecs_emulator.scheduler.docker.images import resolved
from ecs_emulator.scheduler.docker.session import DockerSession
from ecs_emulator.scheduler.docker.settings import EMULATED, not_emulated, published, run, settings, variables
from ecs_emulator.scheduler.features import STORED
from ecs_emulator.scheduler.images import Images
from ecs_emulator.scheduler.output import ContainerOutput
from ecs_emulator.scheduler.processes import ProcessRuntime, not_pulled
from ecs_emulator.scheduler.run import Begin, CannotRun, ContainerContext, Say
from ecs_emulator.scheduler.secrets import ContainerSecrets, SecretMissing
from ecs_emulator.scheduler.unsupported import unsupported

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

START_PATIENCE = 60.0  # seconds that a container may take to begin
LOOK = 0.05  # seconds between two looks at one that begins
KILLED = 137  # SIGKILL and 128
NEVER = "0001-01-01"  # what Docker says of what has not happened


class DockerRuntime:
    """The container runtime with Docker: each container is one of the engine, published on its task's own address.

    Its user, rights and limits are enforced. What is pulled from ECR is an image of `repository`. A placeholder that
    the engine does not have is emulated by a process, which `confinement` is for.
    """

    has_effect = frozenset({STORED["cpu"]})

    def __init__(
        self,
        docker: DockerSession,
        images: Images,
        start: Start,
        cloud_url: str,
        confinement: Confinement | None,
        secrets: ContainerSecrets,
        repository: str | None = None,
    ) -> None:
        self._docker = docker
        self._images = images
        self._start = start
        self._cloud_url = cloud_url
        self._repository = repository
        self._secrets = secrets
        self._as_processes = ProcessRuntime(images, start, cloud_url, confinement, secrets)

    def shares_address(self, definition: ContainerDefinitionOutputTypeDef) -> bool:  # noqa: ARG002 (a container has a network to itself)
        return False

    def prepared(self, definition: ContainerDefinitionOutputTypeDef, say: Say) -> Begin:
        reference = definition["image"]
        ours = self._repository if self._images.holds(reference) else None
        image = resolved(self._docker.engine, reference, ours)
        if image is None:
            placeholder = self._images.resolve(reference)
            if placeholder is None or not placeholder.is_placeholder:
                raise CannotRun(not_pulled(reference))
            say(f"The Docker engine does not have {reference}; the placeholder runs as a process.")
            return self._as_processes.prepared(definition, say)
        if lacking := ", ".join(unsupported(definition, but=EMULATED)):
            raise CannotRun(f"ResourceInitializationError: a task in a container cannot have {lacking}")
        if without := ", ".join(not_emulated(definition)):
            say(f"Containers run without {without}.")
        try:
            own = self._secrets.variables(definition)
        except SecretMissing as error:
            raise CannotRun(str(error)) from error
        return partial(self._begin, image, own, say)

    def _begin(
        self,
        image: str,
        own: dict[str, str],
        say: Say,
        container: Container,
        context: ContainerContext,
        output: ContainerOutput,
    ) -> None:
        name = self._name(context, container.name)
        process: Contained | None = None
        try:
            # The engine's command line is for everybody to see; the environment of its command is not.
            secret = own | (context.role.lasting().variables if context.role else {})
            arguments = self._arguments(image, container, context, tuple(secret))
            _, warnings = self._docker.engine.say("create", *arguments, environment=secret)
            for warning in warnings:
                say(f"Docker: {warning}")
            child = self._start(["docker", "start", "--attach", name], dict(os.environ), None)
            process = Contained(self._docker.engine, name, child, output)
            process.wait_until_started()
        except (EngineError, OSError) as error:
            if process:
                process.give_up()
            else:
                output.finish()
                output.give_up()
            container.fail(f"CannotStartContainerError: {error}")
            return
        container.runs(process)

    def _name(self, context: ContainerContext, container: str) -> str:
        return f"{self._docker.name}-{context.launch.task_id[:12]}-{container}"

    def _arguments(
        self, image: str, container: Container, context: ContainerContext, inherited: tuple[str, ...]
    ) -> list[str]:
        """What `docker create` is told. Variables that are `inherited` come from its own environment."""
        definition, task = container.definition, context.launch.definition
        # The containers of a task have one network interface between them.
        first = self._name(context, context.first)
        is_first = container.name == context.first
        network = [self._docker.name, *published(task, context.address)] if is_first else [f"container:{first}"]
        return [
            *("--name", self._name(context, container.name), "--pull", "never", "--log-driver", "none"),
            *(part for label in self._docker.labels for part in ("--label", label)),
            *("--network", *network),
            *settings(definition, task, self._docker.engine.cpus),
            *variables(definition, self._platform(context), inherited),
            *run(definition, image),
        ]

    def _platform(self, context: ContainerContext) -> dict[str, str]:
        """What the platform tells a container.

        The address of the credentials is left out: SDKs take none of another host than their own by plain HTTP, and to
        a container the emulator is another host. A key that lasts as long as the task is there instead.
        """
        cloud_url = self._docker.inside(self._cloud_url)
        variables = endpoint_environment(cloud_url)
        return variables | {
            "NO_PROXY": f"{variables['NO_PROXY']},{urlsplit(cloud_url).hostname}",
            "no_proxy": f"{variables['no_proxy']},{urlsplit(cloud_url).hostname}",
            "AWS_EXECUTION_ENV": f"AWS_ECS_{context.launch.launch_type}",
            "AWS_EC2_METADATA_DISABLED": "true",
            "ECS_CONTAINER_METADATA_URI_V4": self._docker.inside(context.metadata_uri),
        }


class Contained(Process):
    """A container of an engine, and the command that is attached to it: that prints what the container prints, and
    ends when it ends."""

    def __init__(self, engine: Engine, name: str, attached: subprocess.Popen[bytes], output: ContainerOutput) -> None:
        super().__init__(attached, cast("IO[bytes]", attached.stdout), output)
        self._engine = engine
        self._name = name
        self._code: int | None = None
        self._is_killed = False

    def wait_until_started(self) -> None:
        """Raises EngineError when it does not start."""
        deadline = time.monotonic() + START_PATIENCE
        while (state := self._engine.state(self._name)) is None or state["StartedAt"].startswith(NEVER):
            if self._child.poll() is not None:
                # Between the look and this one it may have run and ended.
                state = self._engine.state(self._name)
                if state and not state["StartedAt"].startswith(NEVER):
                    return
                raise EngineError((state and state["Error"]) or "the container is not there any more")
            if time.monotonic() > deadline:
                raise EngineError(f"Could not transition to started; timed out after waiting {START_PATIENCE:g}s")
            time.sleep(LOOK)

    def terminate(self, patience: float) -> None:
        self._soon("stop", "-t", str(math.ceil(patience)))

    def kill(self) -> None:
        if self._child.poll() is None and not self._is_killed:
            self._is_killed = True
            self._soon("kill")

    def exit_code(self) -> int | None:
        if self._code is None and self._child.poll() is not None:
            self._code, self.reason = self._ended()
        return self._code

    def give_up(self) -> None:
        with contextlib.suppress(EngineError):
            self._engine.call("rm", "--force", "--volumes", self._name)
        self._is_killed = True
        self._child.kill()
        super().give_up()

    def _ended(self) -> tuple[int, str | None]:
        """Its exit code, and the reason where that does not tell."""
        state = self._engine.state(self._name)
        if state is None:
            return KILLED, "CannotInspectContainerError: the container is not there any more"
        if state["Running"]:
            return KILLED, "CannotInspectContainerError: the engine has lost the connection to the container"
        # The word is about every process in it; of one that ended by itself, the first was not meant.
        if state["OOMKilled"] and state["ExitCode"] == KILLED:
            return KILLED, "OutOfMemoryError: Container killed due to memory usage"
        return int(state["ExitCode"]), None

    def _soon(self, *command: str) -> None:
        """Tell the engine about it, without waiting."""

        def tell() -> None:
            with contextlib.suppress(EngineError):
                patience = PATIENCE + 120  # the longest `stopTimeout`
                self._engine.call(*command, self._name, patience=patience)

        threading.Thread(target=tell, name=f"docker {command[0]}", daemon=True).start()
