"""Images of a Docker engine: those that are there, and the one that is built of a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ecs_emulator.scheduler.docker.engine import Engine, EngineError
from ecs_emulator.scheduler.images import ECR
from ecs_emulator.scheduler.snapshots import Build, NoSource, TagTaken, check_tag

CONTENT = "ecs-emulator.content"  # the label that says what an image was built of
BUILD_PATIENCE = 900.0  # seconds; the packages may come from far away


class NotBuilt(Exception):
    """The image could not be built; the message says why."""


@dataclass(frozen=True)
class DockerBuild:
    """Description of a build by a Dockerfile: of a snapshot's content and more `files`; `arguments` of `docker build`
    by the source and its commit, None for one that nobody knows.
    """

    build: Build
    files: tuple[str, ...]
    arguments: Callable[[Path, str | None], list[str]]


class BuiltImages:
    """The Repository of an engine's images `REPOSITORY:TAG`, built by the Dockerfile of a folder."""

    def __init__(self, engine: Engine, repository: str, described: DockerBuild) -> None:
        self._engine = engine
        self._repository = repository
        self._described = described
        self.made_of = (*described.build.made_of, *described.files)

    def digest(self, source: Path) -> str:
        """A hash of all that makes an image of `source`. Raises NoSource."""
        content = hashlib.sha256(self._described.build.digest(source).encode())
        for name in self._described.files:
            if not (source / name).is_file():
                raise NoSource(f"There is no {name} in {source}.")
            content.update((source / name).read_bytes())
        return content.hexdigest()

    def push(self, tag: str, source: Path, commit: str | None = None) -> bool:
        """Build the image, unless it is there; whether it is a new one. Raises WrongTag, TagTaken, NoSource or
        NotBuilt.
        """
        check_tag(tag)
        content, name = self.digest(source), f"{self._repository}:{tag}"
        if there := self._engine.image(name):
            if (there["Config"].get("Labels") or {}).get(CONTENT) != content:
                raise TagTaken(tag)
            return False
        arguments = self._described.arguments(source, commit)
        arguments += ["--label", f"{CONTENT}={content}", "--tag", name, str(source)]
        try:
            # A package index that this machine has to itself is reached by its network alone.
            self._engine.call("build", "--quiet", "--network", "host", *arguments, patience=BUILD_PATIENCE)
        except EngineError as error:
            raise NotBuilt(f"The image could not be built: {error}") from error
        return True


def resolved(engine: Engine, reference: str, repository: str | None = None) -> str | None:
    """The engine's name of the image that a container definition names, None when it does not have it.

    What a task would pull from ECR is the image of that tag in `repository`, built here. Nothing is ever pulled.
    """
    names = [reference]
    if repository and ECR.match(reference):
        _, _, tag = reference.rpartition("/")[2].partition(":")
        names.insert(0, f"{repository}:{tag or 'latest'}")
    return next((name for name in names if engine.image(name)), None)
