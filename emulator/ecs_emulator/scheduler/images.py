"""Images without a registry: the developer's own programs, snapshots of a folder by tag, and the placeholder."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ecs_emulator.scheduler import placeholder

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
ECR = re.compile(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/")
_REFERENCE = re.compile(rf"(?P<repository>[A-Za-z0-9]+([._/-]+[A-Za-z0-9]+)*)(:(?P<tag>{TAG.pattern}))?")

CONFIGURATION = "image.json"  # in the folder of a snapshot

# Of the developer's own variables, what a program needs to be found and to find its tools.
_OF_THE_DEVELOPER = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "TMPDIR")


@dataclass(frozen=True)
class Image:
    """Image that a container starts from: the folder it runs in, its command and its variables."""

    root: Path
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    is_placeholder: bool = False
    stands_in: bool = False  # for one that is not here
    is_program: bool = False  # the developer's own, by `--run`


class Programs:
    """Programs of the developer's own that run in place of images: a shell's command line by a container's name, or by
    an image reference as the container definition has it. They run in `folder`.
    """

    def __init__(self, commands: Mapping[str, str], folder: Path) -> None:
        self._commands = dict(commands)
        self._folder = folder.absolute()

    def add(self, commands: Mapping[str, str]) -> None:
        """From now on, for tasks that start later."""
        self._commands.update(commands)

    def of(self, container: str, reference: str) -> Image | None:
        """The program of a container by its name or its image, None where it has none."""
        command = self._commands.get(container, self._commands.get(reference))
        if command is None:
            return None
        own = {name: os.environ[name] for name in _OF_THE_DEVELOPER if name in os.environ}
        # With the developer's HOME, SDKs would find the developer's keys before those of the task.
        nobodys = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        return Image(self._folder, ("/bin/sh", "-c", _replacing(command)), own | nobodys, is_program=True)


def _replacing(command: str) -> str:
    """A command line that the shell is replaced by, where it is one program's: a shell that stays would end at SIGTERM
    before the program has heard of it.
    """
    words = shlex.shlex(command, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    try:
        first, *others = words
    except ValueError:  # no word, or a quote that does not end
        return command
    if "\n" in command.strip() or any(set(word) <= set("();|&") for word in others if word):
        return command
    return f"exec {command}" if shutil.which(first) else command


class Images:
    """Images of a folder, and what runs in place of others.

    `repository` is the name of the ECR repository that they are in, and `name` what they are called without a
    registry; None is any. `placeholder` is the reference of an image that listens on port 8080 whatever it is told,
    and is always emulated by the placeholder. With `stand_in` it stands in for every unknown image too.
    """

    def __init__(
        self,
        folder: Path,
        stand_in: bool = False,
        placeholder: str | None = None,
        programs: Programs | None = None,
        *,
        repository: str | None = None,
        name: str | None = None,
    ) -> None:
        self._folder = folder.absolute()
        self._stand_in = stand_in
        self._reference = placeholder
        self._repository = repository
        self._name = name
        self.programs = programs or Programs({}, Path())

    def of(self, definition: ContainerDefinitionOutputTypeDef) -> Image | None:
        """Image of a container definition: the developer's program for it, else its image; None when there is none."""
        reference: str = definition["image"]
        return self.programs.of(definition["name"], reference) or self.resolve(reference)

    def resolve(self, reference: str) -> Image | None:
        """The image that a reference names, None when there is none.

        A snapshot is found by its repository and its tag, in ECR or without a registry: `NAME:TAG`.
        """
        registry = ECR.match(reference)
        name = _REFERENCE.fullmatch(reference[registry.end() :] if registry else reference)
        if name and name["repository"] == self._reference and not registry:
            return _placeholder({"PORT": "8080"})
        tag = name and (name["tag"] or ("latest" if registry else None))
        if tag and self.holds(reference) and (found := self._snapshot(tag)):
            return found
        return _placeholder({}, stands_in=True) if self._stand_in else None

    @property
    def is_complete(self) -> bool:
        """True when nothing stands in for an image that is not here."""
        return not self._stand_in

    def tags(self) -> list[str]:
        """The tags that were pushed, the latest first."""
        found = [(file.stat().st_mtime, file.parent.name) for file in self._folder.glob(f"*/{CONFIGURATION}")]
        return [tag for _, tag in sorted(found, reverse=True)]

    def pushed(self, tag: str) -> tuple[datetime, int] | None:
        """Time of a tag's push, and its size in bytes; None when it was not pushed."""
        root = self._folder / tag
        try:
            pushed = datetime.fromtimestamp((root / CONFIGURATION).stat().st_mtime, UTC)
        except FileNotFoundError:
            return None
        return pushed, sum(file.stat().st_size for file in root.rglob("*") if file.is_file())

    def holds(self, reference: str) -> bool:
        """True when a reference names the repository of these images, with or without a registry."""
        registry = ECR.match(reference)
        name = _REFERENCE.fullmatch(reference[registry.end() :] if registry else reference)
        if name is None or (not registry and "/" in reference):
            return False
        return (self._repository if registry else self._name) in (None, name["repository"])

    def _snapshot(self, tag: str) -> Image | None:
        root = self._folder / tag
        try:
            about = json.loads((root / CONFIGURATION).read_text())
            # The project may be installed for this interpreter; what is in the image goes first.
            return Image(root, tuple(about["command"]), {**about["environment"], "PYTHONPATH": str(root)})
        except (FileNotFoundError, KeyError):  # or made by an earlier version
            return None


def _placeholder(environment: dict[str, str], stands_in: bool = False) -> Image:
    program = Path(placeholder.__file__)
    return Image(
        program.parent,
        # Isolated: whatever the environment says to Python is not said to this one.
        (sys.executable, "-I", "-S", "-B", str(program)),
        environment,
        is_placeholder=True,
        stands_in=stands_in,
    )
