"""Volumes of a task: where containers mount them, and a folder of the task's own for each where they are processes.

A process has the file system of its machine, so nothing can be mounted for it. What its definition says of a
container's path, in a variable or a word of its command, is said of the volume's folder instead.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_data_volumes.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.local import FILE_SYSTEMS

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, TaskDefinitionTypeDef, VolumeOutputTypeDef

FOLDER = "volumes"  # in the task's own folder


class Mount(NamedTuple):
    """Mount of a volume at a container's path. A `file_system` of EFS, by its id and what of it is mounted, is one that
    tasks share and that stays.
    """

    volume: str
    path: str
    read_only: bool = False
    file_system: str = ""

    def folder(self, own: Path) -> Path:
        """Folder that stands for the volume: in the task's own, which is two levels below the emulator's data."""
        if self.file_system:
            return own.parent.parent / FILE_SYSTEMS / re.sub(r"[^A-Za-z0-9.-]+", "-", self.file_system).strip("-.")
        return own / FOLDER / self.volume.strip("/").replace("/", "-")


def check(task: TaskDefinitionTypeDef) -> None:
    """Check that each volume that containers mount is one of the task's. Raises AwsError."""
    volumes = {each.get("name") for each in task.get("volumes", [])}
    names = {each["name"] for each in task["containerDefinitions"]}
    for container in task["containerDefinitions"]:
        for mount in container.get("mountPoints", []):
            if mount.get("sourceVolume") not in volumes:
                raise AwsError("ClientException", f"Unknown volume '{mount.get('sourceVolume')}'.")
        for other in container.get("volumesFrom", []):
            if other.get("sourceContainer") not in names:
                message = f"Invalid 'volumesFrom' setting. Unknown container: '{other.get('sourceContainer')}'."
                raise AwsError("ClientException", message)


def mounts(definition: ContainerDefinitionOutputTypeDef, task: TaskDefinitionTypeDef) -> list[Mount]:
    """Mounts of a container: its own, and those that it takes from others."""
    by_name = {each["name"]: each for each in task["containerDefinitions"]}
    shared = {each.get("name", ""): _file_system(each) for each in task.get("volumes", [])}
    found = _own(definition)
    for other in definition.get("volumesFrom", []):
        read_only = bool(other.get("readOnly"))
        source = by_name[other["sourceContainer"]]
        found += [each._replace(read_only=read_only or each.read_only) for each in _own(source)]
    unique = {each.path: each for each in reversed(found)}.values()
    return [each._replace(file_system=shared.get(each.volume, "")) for each in unique][::-1]


def tmpfs(definition: ContainerDefinitionOutputTypeDef) -> list[Mount]:
    """Mounts of memory; no other container has them."""
    found = definition.get("linuxParameters", {}).get("tmpfs", [])
    return [
        Mount(f"tmpfs-{definition['name']}{each['containerPath'].replace('/', '-')}", each["containerPath"])
        for each in found
    ]


def _file_system(volume: VolumeOutputTypeDef) -> str:
    efs = volume.get("efsVolumeConfiguration")
    if not efs:
        return ""
    access_point = efs.get("authorizationConfig", {}).get("accessPointId")
    return f"{efs['fileSystemId']} {access_point or efs.get('rootDirectory', '/')}"


def _own(definition: ContainerDefinitionOutputTypeDef) -> list[Mount]:
    return [
        Mount(each["sourceVolume"], each["containerPath"], bool(each.get("readOnly")))
        for each in definition.get("mountPoints", [])
        if "sourceVolume" in each and "containerPath" in each
    ]


def localized(text: str, found: Iterable[Mount], own: Path) -> str:
    """A value or a word with the folder of a volume in the place of each path that leads into it."""
    for mount in sorted(found, key=lambda each: len(each.path), reverse=True):
        path, folder = re.escape(mount.path.rstrip("/")), str(mount.folder(own))
        text = re.sub(rf"(?<![\w./-]){path}(?=/|$|[\s:;,'\"])", folder.replace("\\", r"\\"), text)
    return text


def unmentioned(found: Sequence[Mount], variables: Mapping[str, str], words: Iterable[str]) -> list[Mount]:
    """Mounts whose path neither a variable nor a word leads into: a process cannot know where they are."""
    said = [*variables.values(), *words]
    here = Path("/-")
    return [each for each in found if not any(localized(text, [each], here) != text for text in said)]
