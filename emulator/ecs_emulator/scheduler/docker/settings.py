"""Container settings: a container definition as arguments of `docker create`.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html says which is which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ecs_emulator.scheduler import volumes
from ecs_emulator.scheduler.addresses import Address

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, TaskDefinitionTypeDef

EMULATED: frozenset[str] = frozenset()  # of what a process cannot have
_UNSUPPORTED_LINUX = ("devices", "maxSwap", "sharedMemorySize", "swappiness")


def settings(definition: ContainerDefinitionOutputTypeDef, task: TaskDefinitionTypeDef, cpus: int) -> list[str]:
    """User, rights and limits; `task` is the task definition, `cpus` what the engine has.

    Each container may use what its task may: the task's limits bound every container, not their sum.
    """
    linux = definition.get("linuxParameters", {})
    capabilities = linux.get("capabilities", {})
    arguments = [
        # ECS looks at a definition's own health check, never at an image's.
        "--no-healthcheck",
        *_limits(definition, task, cpus),
        *_each("--cap-drop", capabilities.get("drop", [])),
        *_each("--cap-add", capabilities.get("add", [])),
        *_each(
            "--ulimit", [f"{it['name']}={it['softLimit']}:{it['hardLimit']}" for it in definition.get("ulimits", [])]
        ),
    ]
    if definition.get("readonlyRootFilesystem"):
        arguments.append("--read-only")
    if linux.get("initProcessEnabled"):
        arguments.append("--init")
    for name, option in (("user", "--user"), ("workingDirectory", "--workdir")):
        if value := definition.get(name):
            arguments += [option, str(value)]
    return arguments


def variables(
    definition: ContainerDefinitionOutputTypeDef, platform: dict[str, str], inherited: Iterable[str] = ()
) -> list[str]:
    """The definition's, over them the platform's, and over them by name those that docker's own command has."""
    given = {each["name"]: each["value"] for each in definition.get("environment", [])} | platform
    pairs = [f"{name}={value}" for name, value in given.items() if name not in inherited]
    return _each("--env", [*pairs, *inherited])


def published(
    task: TaskDefinitionTypeDef,
    address: Address,
    elsewhere: Callable[[ContainerDefinitionOutputTypeDef], bool] = lambda _: False,
) -> list[str]:
    """Every port of a task, where the task listens on it, but those of containers that run `elsewhere`."""
    inside = [each for each in task["containerDefinitions"] if not elsewhere(each)]
    mappings = [each for container in inside for each in container.get("portMappings", [])]
    ports = {(each["containerPort"], each.get("protocol", "tcp")) for each in mappings if "containerPort" in each}
    ends = [f"{address.ip}:{address.ports[port]}:{port}/{protocol}" for port, protocol in sorted(ports)]
    return _each("--publish", ends)


def mounted(definition: ContainerDefinitionOutputTypeDef, task: TaskDefinitionTypeDef, own: Path) -> list[str]:
    """Its volumes, each a folder in the task's `own`, and its mounts of memory."""
    found = []
    for mount in volumes.mounts(definition, task):
        folder = mount.folder(own)
        folder.mkdir(parents=True, exist_ok=True)
        found.append(f"{folder}:{mount.path}{':ro' if mount.read_only else ''}")
    memory = [
        ":".join([each["containerPath"], ",".join([f"size={each['size']}m", *each.get("mountOptions", [])])])
        for each in definition.get("linuxParameters", {}).get("tmpfs", [])
    ]
    return [*_each("--volume", found), *_each("--tmpfs", memory)]


def run(definition: ContainerDefinitionOutputTypeDef, image: str) -> list[str]:
    """The image, and what the definition runs instead of the image's own command."""
    entry_point, command = definition.get("entryPoint") or [], definition.get("command") or []
    # Docker's option takes one word; the others go before the command.
    return [*_each("--entrypoint", entry_point[:1]), image, *entry_point[1:], *command]


def not_emulated(definition: ContainerDefinitionOutputTypeDef) -> list[str]:
    """Properties that a container is run without, though its definition sets it."""
    linux = definition.get("linuxParameters", {})
    found = [f"linuxParameters.{name}" for name in _UNSUPPORTED_LINUX if linux.get(name)]
    return found + [name for name in ("privileged", "interactive", "dockerSecurityOptions") if definition.get(name)]


def _limits(definition: ContainerDefinitionOutputTypeDef, task: TaskDefinitionTypeDef, cpus: int) -> list[str]:
    limits = []
    if memory := definition.get("memory") or task.get("memory"):
        # Fargate has no swap.
        limits += ["--memory", f"{int(memory)}m", "--memory-swap", f"{int(memory)}m"]
    if reserved := definition.get("memoryReservation"):
        limits += ["--memory-reservation", f"{int(reserved)}m"]
    if units := int(task.get("cpu") or 0):
        limits += ["--cpus", f"{min(units / 1024, cpus):g}"]
    if shares := int(definition.get("cpu") or 0):
        limits += ["--cpu-shares", str(max(2, shares))]
    return limits


def _each(option: str, values: Iterable[str]) -> list[str]:
    return [part for value in values for part in (option, value)]
