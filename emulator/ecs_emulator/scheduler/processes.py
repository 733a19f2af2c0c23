"""Container runtime without Docker: containers are processes of this machine."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ecs_emulator.local import endpoint_environment
from ecs_emulator.reaper import Start
from ecs_emulator.scheduler.confinement import Confinement
from ecs_emulator.scheduler.container import Container, environment
from ecs_emulator.scheduler.images import Image, Images
from ecs_emulator.scheduler.output import ContainerOutput
from ecs_emulator.scheduler.run import Begin, CannotRun, ContainerContext, Say
from ecs_emulator.scheduler.secrets import ContainerSecrets, SecretMissing
from ecs_emulator.scheduler.unsupported import not_enforced, unsupported

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef


class ProcessRuntime:
    """The container runtime without Docker: each container is a process group in the reaper's care.

    Of a container's isolation its variables, its folder, its address and its end are emulated, and `confinement` where
    the machine offers one.
    """

    has_effect: frozenset[str] = frozenset()

    def __init__(
        self,
        images: Images,
        start: Start,
        cloud_url: str,
        confinement: Confinement | None,
        secrets: ContainerSecrets,
    ) -> None:
        self._images = images
        self._start = start
        self._cloud_url = cloud_url
        self._confinement = confinement
        self._secrets = secrets

    def shares_address(self, definition: ContainerDefinitionOutputTypeDef) -> bool:
        image = self._images.of(definition)
        return image is not None and image.is_program

    def prepared(self, definition: ContainerDefinitionOutputTypeDef, say: Say) -> Begin:
        reference = definition["image"]
        image = self._images.of(definition)
        if image is None:
            raise CannotRun(not_pulled(reference))
        if lacking := ", ".join(unsupported(definition)):
            if image.is_program:
                say(f"The program of the container {definition['name']} runs without {lacking}.")
            elif image.is_placeholder:
                say(f"The placeholder runs without {lacking}.")
            else:
                raise CannotRun(f"ResourceInitializationError: a task that runs as a process cannot have {lacking}")
        if limits := ", ".join(not_enforced(definition)):
            say(f"Tasks run as processes, without limits; not enforced: {limits}.")
        if image.stands_in:
            say(f"The placeholder stands in for {reference}.")
        try:
            # The placeholder has no use for them, and those of somebody else's template are in their account.
            secret = {} if image.is_placeholder else self._secrets.variables(definition)
        except SecretMissing as error:
            raise CannotRun(str(error)) from error
        return partial(self._begin, image, secret)

    def _begin(
        self,
        image: Image,
        secret: dict[str, str],
        container: Container,
        context: ContainerContext,
        output: ContainerOutput,
    ) -> None:
        platform = (
            secret
            | endpoint_environment(self._cloud_url)
            | {
                "BIND_ADDRESS": context.address.ip,
                "ECS_CONTAINER_METADATA_URI_V4": context.metadata_uri,
                "AWS_EXECUTION_ENV": f"AWS_ECS_{context.launch.launch_type}",
                # The credentials of the machine, where it is one of EC2, are none of a task's.
                "AWS_EC2_METADATA_DISABLED": "true",
            }
        )
        if context.role:
            platform["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = context.role.uri
        variables = environment(container.definition, image, platform, context.address.ports)
        start = self._start
        # A program that the developer has typed may do what it may do from the shell it was typed in.
        if self._confinement and not image.is_program:
            context.own.mkdir(mode=0o700, parents=True, exist_ok=True)
            start = self._confinement.around(start, context.own)
            variables = {"TMPDIR": str(context.own), **variables}
        container.start(start, image, variables, output)


def not_pulled(reference: str) -> str:
    """ECS's reason when there is no such image."""
    return (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        f"failed to resolve ref {reference}: {reference}: not found"
    )
