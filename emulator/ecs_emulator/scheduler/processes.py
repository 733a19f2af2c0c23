"""Container runtime without Docker: containers are processes of this machine."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ecs_emulator.local import endpoint_environment
from ecs_emulator.reaper import Start
from ecs_emulator.scheduler import localhost, ulimits, volumes
from ecs_emulator.scheduler.addresses import Address
from ecs_emulator.scheduler.confinement import Confinement
from ecs_emulator.scheduler.container import Container
from ecs_emulator.scheduler.container_command import command, environment
from ecs_emulator.scheduler.container_runtime import Begin, CannotRun, ContainerContext, Say
from ecs_emulator.scheduler.dependencies import is_waited_for
from ecs_emulator.scheduler.health import missing
from ecs_emulator.scheduler.images import Image, Images
from ecs_emulator.scheduler.output import ContainerOutput
from ecs_emulator.scheduler.secrets import ContainerSecrets, SecretMissing
from ecs_emulator.scheduler.unsupported import lost_log_driver, not_enforced, unsupported
from ecs_emulator.scheduler.volumes import Mount

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        ContainerDefinitionOutputTypeDef,
        HealthCheckOutputTypeDef,
        KeyValuePairTypeDef,
    )

_ENDS_AT_ONCE = ("/bin/sh", "-c", ":")


class ProcessRuntime:
    """The container runtime without Docker: each container is a process group in the reaper's care.

    Of a container's isolation its variables, its folder, its address, its volumes and its end are emulated, and
    `confinement` where the machine offers one.
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
        self._say_what_is_lost(definition, image, say)
        try:
            # The placeholder has no use for them, and those of somebody else's template are in their account.
            secret = {} if image.is_placeholder else self._secrets.variables(definition)
            of_files = {} if image.is_placeholder else self._secrets.of_files(definition)
        except SecretMissing as error:
            raise CannotRun(str(error)) from error
        return partial(self._begin, image, of_files, secret, say)

    def _say_what_is_lost(self, definition: ContainerDefinitionOutputTypeDef, image: Image, say: Say) -> None:
        """Raises CannotRun where an image would not be the same without it."""
        name = definition["name"]
        if lacking := ", ".join(unsupported(definition)):
            if image.is_program:
                say(f"The program of the container {name} runs without {lacking}.")
            elif image.is_placeholder:
                say(f"The placeholder of the container {name} runs without {lacking}.")
            else:
                raise CannotRun(f"ResourceInitializationError: a task that runs as a process cannot have {lacking}")
        if limits := ", ".join(not_enforced(definition)):
            say(f"Tasks run as processes, without limits; not enforced: {limits}.")
        if image.stands_in:
            say(f"The placeholder stands in for {definition['image']}.")
        elif driver := lost_log_driver(definition):
            say(f"The container {name} runs without the log driver {driver}; what it prints is in the data folder.")

    def _begin(
        self,
        image: Image,
        of_files: dict[str, str],
        secret: dict[str, str],
        say: Say,
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
        definition, shared = container.definition, list[Path]()
        if image.is_placeholder:
            if is_waited_for(container.name, context.launch.definition["containerDefinitions"]):
                image = replace(image, command=_ENDS_AT_ONCE)
            words = command(definition, image)
        else:
            image = replace(image, environment={**image.environment, **of_files})
            words = command(definition, image, context.launch.commands.get(container.name))
            mounts = [*volumes.mounts(definition, context.launch.definition), *volumes.tmpfs(definition)]
            definition, words = _with_volumes(definition, words, mounts, context.own, say)
            shared = [each.folder(context.own) for each in mounts if each.file_system]
            definition = _with_neighbours(definition, context)
        variables = environment(definition, image, platform, context.address.ports)
        start = self._start
        # A program that the developer has typed may do what it may do from the shell it was typed in.
        if self._confinement and not image.is_program:
            context.own.mkdir(mode=0o700, parents=True, exist_ok=True)
            start = self._confinement.around(start, context.own, *shared)
            variables = {"TMPDIR": str(context.own), **variables}
        if not image.is_placeholder:
            words = ulimits.limited(words, definition, variables["PATH"])
        container.start(start, words, _folder(image, definition), variables, output)
        if image.is_placeholder:
            container.stand_in()
        elif container.process:
            check = self._check(image, definition, context)
            container.check_health(context.clock, check)
            if check and (program := missing(check["command"], variables["PATH"])):
                say(
                    f"The health check of the container {container.name} fails because {program} is not on this "
                    "machine; `health` of a programs file gives another."
                )

    def _check(
        self, image: Image, definition: ContainerDefinitionOutputTypeDef, context: ContainerContext
    ) -> HealthCheckOutputTypeDef | None:
        """A container's health check, with the address and the ports of its task on this machine."""
        check = definition.get("healthCheck")
        if check and image.health:
            return {**check, "command": ["CMD-SHELL", image.health]}
        if check:
            words = [localhost.mapped(each, context.address) for each in check["command"]]
            return {**check, "command": localhost.mapped_words(words, context.address)}
        return None


def _with_volumes(
    definition: ContainerDefinitionOutputTypeDef, words: list[str], mounts: list[Mount], own: Path, say: Say
) -> tuple[ContainerDefinitionOutputTypeDef, list[str]]:
    """A definition and its command with the folders of the volumes that they lead into, once those are there."""
    if not mounts:
        return definition, words
    for mount in mounts:
        mount.folder(own).mkdir(mode=0o700, parents=True, exist_ok=True)
    given = {each["name"]: each["value"] for each in definition.get("environment", [])}
    for mount in volumes.unmentioned(mounts, given, words):
        say(
            f"The container {definition['name']} mounts the volume {mount.volume} at {mount.path}, and a process "
            "has no file system of its own. A variable with that path would say the folder; --docker mounts it."
        )
    if any(mount.read_only for mount in mounts):
        say("Volumes that are mounted to be read can be written by a process.")
    localized: list[KeyValuePairTypeDef] = [
        {"name": name, "value": volumes.localized(value, mounts, own)} for name, value in given.items()
    ]
    return {**definition, "environment": localized}, [volumes.localized(word, mounts, own) for word in words]


def _with_neighbours(
    definition: ContainerDefinitionOutputTypeDef, context: ContainerContext
) -> ContainerDefinitionOutputTypeDef:
    """A definition whose variables say where the other containers of the task listen: on this machine a port of theirs
    may be another, and an address is no localhost.
    """
    others = {
        mapping["containerPort"]
        for each in context.launch.definition["containerDefinitions"]
        for mapping in each.get("portMappings", [])
        if each["name"] != definition["name"] and "containerPort" in mapping
    }
    ports = {port: real for port, real in context.address.ports.items() if port in others}
    there = Address(context.address.ip, ports)
    variables: list[KeyValuePairTypeDef] = [
        {"name": each["name"], "value": localhost.mapped(each["value"], there)}
        for each in definition.get("environment", [])
    ]
    return {**definition, "environment": variables} if variables else definition


def _folder(image: Image, definition: ContainerDefinitionOutputTypeDef) -> Path:
    """Folder that a container starts in: `workingDirectory` where the image has it, else the image's own."""
    inside = image.root / definition.get("workingDirectory", "").lstrip("/")
    return inside if inside.is_dir() and inside.resolve().is_relative_to(image.root.resolve()) else image.root


def not_pulled(reference: str) -> str:
    """ECS's reason when there is no such image."""
    return (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        f"failed to resolve ref {reference}: {reference}: not found"
    )
