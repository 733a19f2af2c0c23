"""Container runtime with a Docker engine: containers are its own."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ecs_emulator.local import endpoint_environment
from ecs_emulator.reaper import Start
from ecs_emulator.scheduler import dependencies
from ecs_emulator.scheduler.confinement import Confinement
from ecs_emulator.scheduler.container import Container
from ecs_emulator.scheduler.container_runtime import Begin, CannotRun, ContainerContext, Say
from ecs_emulator.scheduler.docker.contained import Contained
from ecs_emulator.scheduler.docker.engine import EngineError
from ecs_emulator.scheduler.docker.images import resolved
from ecs_emulator.scheduler.docker.session import DockerSession
from ecs_emulator.scheduler.docker.settings import EMULATED, mounted, not_emulated, published, run, settings, variables
from ecs_emulator.scheduler.features import STORED
from ecs_emulator.scheduler.images import Images
from ecs_emulator.scheduler.output import ContainerOutput
from ecs_emulator.scheduler.processes import ProcessRuntime, not_pulled
from ecs_emulator.scheduler.secrets import ContainerSecrets, SecretMissing
from ecs_emulator.scheduler.unsupported import unsupported

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef


class DockerRuntime:
    """The container runtime with Docker: each container is one of the engine, published on its task's own address.

    Its user, rights and limits are enforced. What is pulled from ECR is an image of `repository`. A placeholder that
    the engine does not have is emulated by a process, which `confinement` is for.
    """

    has_effect = frozenset({STORED["cpu"], STORED["volumes"]})

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

    def shares_address(self, definition: ContainerDefinitionOutputTypeDef) -> bool:
        # A container has a network to itself.
        return self._is_program(definition)

    def _is_program(self, definition: ContainerDefinitionOutputTypeDef) -> bool:
        return self._images.programs.has(definition["name"], definition["image"])

    def prepared(self, definition: ContainerDefinitionOutputTypeDef, say: Say) -> Begin:
        reference = definition["image"]
        if self._is_program(definition):
            say(
                f"The program of the container {definition['name']} runs as a process beside the containers: "
                "neither is the other's localhost."
            )
            return self._as_processes.prepared(definition, say)
        ours = self._repository if self._images.holds(reference) else None
        image = resolved(self._docker.engine, reference, ours)
        if image is None:
            placeholder = self._images.resolve(reference)
            if placeholder is None or not placeholder.is_placeholder:
                raise CannotRun(not_pulled(reference))
            say(f"The Docker engine does not have {reference}; the placeholder runs as a process.")
            return self._as_processes.prepared(definition, say)
        # The engine would have two containers of one name.
        restarts = ["restartPolicy"] if definition.get("restartPolicy", {"enabled": False})["enabled"] else []
        if lacking := ", ".join([*unsupported(definition, but=EMULATED), *restarts]):
            raise CannotRun(f"ResourceInitializationError: a task in a container cannot have {lacking}")
        if without := ", ".join(not_emulated(definition)):
            say(f"Containers run without {without}.")
        try:
            own = self._secrets.variables(definition)
            # The definition's own variables go before those of files.
            given = {each["name"] for each in definition.get("environment", [])}
            of_files = self._secrets.of_files(definition)
            own |= {name: value for name, value in of_files.items() if name not in given and name not in own}
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
        container.check_health(context.clock)

    def _name(self, context: ContainerContext, container: str) -> str:
        return f"{self._docker.name}-{context.launch.task_id[:12]}-{container}"

    def _arguments(
        self, image: str, container: Container, context: ContainerContext, inherited: tuple[str, ...]
    ) -> list[str]:
        """What `docker create` is told. Variables that are `inherited` come from its own environment."""
        definition, task = container.definition, context.launch.definition
        # The containers of a task have one network interface between them.
        inside = [each["name"] for each in task["containerDefinitions"] if not self._is_program(each)]
        one = context.first if context.first in inside else inside[0]
        first = self._name(context, one)
        is_first = container.name == one
        ports = published(task, context.address, self._is_program)
        network = [self._docker.name, *ports] if is_first else [f"container:{first}"]
        if not is_first and dependencies.is_waited_for(container.name, task["containerDefinitions"]):
            # It ends before the one whose network it would share has begun.
            network = [self._docker.name]
        return [
            *("--name", self._name(context, container.name), "--pull", "never", "--log-driver", "none"),
            *(part for label in self._docker.labels for part in ("--label", label)),
            *("--network", *network),
            *settings(definition, task, self._docker.engine.cpus),
            *mounted(definition, task, context.own),
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
