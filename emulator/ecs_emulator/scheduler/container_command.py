"""Command of a container, and its variables."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ecs_emulator.scheduler.images import Image

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

# All that a process of ours has of the machine it runs on; where `python` is this interpreter.
_MACHINE = {
    "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
    "HOME": "/",
    "LANG": "C.UTF-8",
}


def command(
    definition: ContainerDefinitionOutputTypeDef, image: Image, override: Sequence[str] | None = None
) -> list[str]:
    """Command of a container: a definition's `entryPoint` and `command` go before the image's, as with Docker.

    A program of the developer's with a command of its own runs that, or RunTask's `override`.
    """
    if image.is_placeholder or (image.is_program and image.command):
        return list(override if override and image.is_program else image.command)
    entry_point = definition.get("entryPoint") or []
    return [*entry_point, *(definition.get("command") or ([] if entry_point else image.command))]


def environment(
    definition: ContainerDefinitionOutputTypeDef, image: Image, platform: dict[str, str], ports: dict[int, int]
) -> dict[str, str]:
    """A container's variables: the image's, over them the definition's, over them the platform's; none of our own.

    The placeholder is our own program and no part of a definition: of its variables it gets PORT and no other, and
    PORTS, with all ports of the container, which an image that is not here may all listen on. PORT is
    what the definition or the image say, else the container's first port; `ports` maps the ports of the task to those
    where they really listen.
    """
    given = {each["name"]: each["value"] for each in definition.get("environment", [])}
    mapped = [str(each["containerPort"]) for each in definition.get("portMappings", []) if "containerPort" in each]
    if image.is_placeholder:
        given = {name: value for name, value in given.items() if name == "PORT"}
    variables = {**_MACHINE, **image.environment, **given, **platform, **image.over}
    port = variables.get("PORT") or next(iter(mapped), "")
    if port:
        variables["PORT"] = str(ports.get(int(port), port)) if port.isascii() and port.isdigit() else port
    if image.is_placeholder and mapped:
        variables["PORTS"] = " ".join(str(ports.get(int(each), each)) for each in mapped)
    return variables
