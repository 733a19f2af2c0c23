"""Images without a registry: the developer's own programs, snapshots of a folder by tag, and the placeholder."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ecs_emulator.scheduler import placeholder
from ecs_emulator.scheduler.program_file import ProgramDescription
from ecs_emulator.scheduler.program_images import ID, ProgramImages

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
    is_program: bool = False  # the developer's own, by `--run` or a programs file
    over: dict[str, str] = field(default_factory=dict)  # variables that go before a definition's
    health: str | None = None  # a shell's command line in the place of the definition's health check


class Programs:
    """Programs of the developer's own that run in place of images, by a container's name, or by an image reference as
    the container definition has it: a shell's command line in `folder`, or a program of a file by its snapshots.
    """

    def __init__(self, commands: Mapping[str, str], folder: Path, images: ProgramImages | None = None) -> None:
        self._commands = dict(commands)
        self._folder = folder.absolute()
        self._images = images
        self._first: dict[str, str] = {}  # image ids of a file's programs, of the start

    def add(self, commands: Mapping[str, str]) -> None:
        """From now on, for tasks that start later."""
        self._commands.update(commands)

    def push(self, programs: Mapping[str, ProgramDescription]) -> dict[str, str]:
        """Image ids of a file's programs, by container, once they are built. Raises BuildFailed, OSError."""
        assert self._images  # noqa: S101 (who has a file has a folder for it)
        pushed = {name: self._images.push(name, program).id for name, program in programs.items()}
        self._first = pushed | self._first
        return pushed

    def has(self, container: str, reference: str) -> bool:
        """True when a container runs a program of the developer's, or none at all."""
        return self._line(container, reference) is not None or self._key(container, reference) is not None

    def replaces(self, container: str, reference: str) -> bool:
        """True when a command line runs as a container, whatever a file says of it."""
        return self._line(container, reference) is not None

    def of(self, container: str, reference: str) -> Image | None:
        """The program of a container by its name or its image, None where it has none: one whose tag is the id of an
        image that was never pushed.
        """
        line = self._line(container, reference)
        if line is not None:
            return _program(self._folder, ("/bin/sh", "-c", _replacing(line)))
        key = self._key(container, reference)
        if key is None or self._images is None:
            return None
        tag = reference.rpartition("/")[2].partition(":")[2]
        found = self._images.described(key, tag if ID.fullmatch(tag) else self._first[key])
        if found is None:
            return None
        root, about = found
        words = ("/bin/sh", "-c", _replacing(about.command)) if about.command else ()
        return replace(_program(root, words), over=about.environment, health=about.health)

    def _line(self, container: str, reference: str) -> str | None:
        return self._commands.get(container, self._commands.get(reference))

    def _key(self, container: str, reference: str) -> str | None:
        """What the file calls a container; an image may have an id for its tag by now."""
        if key := next((each for each in (container, reference) if each in self._first), None):
            return key
        repository, _, tag = reference.rpartition(":")
        found = (each for each in self._first if _repository(each) == repository)
        return next(found, None) if ID.fullmatch(tag) else None


def _repository(reference: str) -> str:
    head, slash, last = reference.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def _program(folder: Path, command: tuple[str, ...]) -> Image:
    own = {name: os.environ[name] for name in _OF_THE_DEVELOPER if name in os.environ}
    # With the developer's HOME, SDKs would find the developer's keys before those of the task.
    nobodys = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return Image(folder, command, own | nobodys, is_program=True)


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
        if self.programs.has(definition["name"], reference):
            return self.programs.of(definition["name"], reference)
        return self.resolve(reference)

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
