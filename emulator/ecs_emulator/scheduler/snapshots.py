"""Snapshots of a source folder as images, by tag: what `docker build` and `docker push` are elsewhere."""

from __future__ import annotations

import compileall
import hashlib
import json
import py_compile
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from ecs_emulator.scheduler.images import CONFIGURATION, TAG


class WrongTag(Exception):
    """The message says what a tag looks like."""


class TagTaken(Exception):
    """The tag stands for other content. Tags are never overwritten, as in an ECR repository with immutable tags."""

    def __init__(self, tag: str) -> None:
        super().__init__(
            f"The tag {tag} stands for other code already, and tags are never overwritten; choose another."
        )


class NoSource(Exception):
    """The folder does not hold what an image is made of."""


class Configuration(NamedTuple):
    """Command and variables of an image, as a Dockerfile's CMD and ENV."""

    command: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Build:
    """Description of how a source folder becomes an image.

    `copied` are its files and folders that are in the image, `needed` the file without which there is nothing to run,
    `read` what else decides on the image. `configured` gives the configuration by the source and its commit, None for
    one that nobody knows.
    """

    copied: tuple[str, ...]
    needed: str
    configured: Callable[[Path, str | None], Configuration]
    read: tuple[str, ...] = ()

    @property
    def made_of(self) -> tuple[str, ...]:
        return (*self.copied, *self.read)

    def digest(self, source: Path) -> str:
        """A hash of all that makes an image of `source`. Raises NoSource."""
        if not (source / self.needed).is_file():
            raise NoSource(f"There is no {self.needed} to push in {source}.")
        content = hashlib.sha256(json.dumps(self.configured(source, None)).encode())
        for path in self._files(source):
            content.update(f"\0{path.relative_to(source).as_posix()}\0{path.stat().st_size}\0".encode())
            content.update(path.read_bytes())
        return content.hexdigest()

    def copy(self, source: Path, root: Path) -> None:
        for path in self._files(source):
            made = root / path.relative_to(source)
            made.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, made)

    def _files(self, source: Path) -> Iterator[Path]:
        for name in self.copied:
            top = source / name
            for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
                if path.is_file() and path.suffix != ".pyc":
                    yield path


class Repository(Protocol):
    """Repository of images: snapshots in a folder, or a Docker engine's own."""

    @property
    def made_of(self) -> tuple[str, ...]:
        """Files of a folder that make an image."""
        ...

    def digest(self, source: Path) -> str:
        """A hash of that. Raises NoSource."""
        ...

    def push(self, tag: str, source: Path, commit: str | None = None) -> bool:
        """Make the image; whether it is a new one. Raises WrongTag or TagTaken."""
        ...


class Snapshots:
    """The Repository of a folder, one folder for each tag; `Images` of the same folder finds them."""

    def __init__(self, folder: Path, build: Build) -> None:
        self._folder = folder.absolute()
        self._build = build
        self.made_of = build.made_of

    def digest(self, source: Path) -> str:
        return self._build.digest(source)

    def push(self, tag: str, source: Path, commit: str | None = None) -> bool:
        """Take a snapshot of `source`; whether it is a new one. Raises WrongTag, TagTaken or NoSource."""
        check_tag(tag)
        digest = self.digest(source)
        if self._is_there(tag, digest):
            return False
        about = {"digest": digest, **self._build.configured(source, commit)._asdict()}
        self._folder.mkdir(parents=True, exist_ok=True)
        # No tag begins with a dot: what a killed push leaves behind is never taken for an image.
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=".push-") as making:
            made = Path(making, "image")
            self._build.copy(source, made)
            _compile(made, self._folder / tag)
            (made / CONFIGURATION).write_text(json.dumps(about, indent=2) + "\n")
            try:
                made.rename(self._folder / tag)
            except OSError:
                # Unless somebody else was faster.
                if not self._is_there(tag, digest):
                    raise
                return False
        return True

    def _is_there(self, tag: str, digest: str) -> bool:
        """True when the tag stands for this content. Raises TagTaken when it stands for other."""
        if not (self._folder / tag).exists():
            return False
        if json.loads((self._folder / tag / CONFIGURATION).read_text())["digest"] != digest:
            raise TagTaken(tag)
        return True


def check_tag(tag: str) -> None:
    """Raises WrongTag."""
    if not TAG.fullmatch(tag):
        raise WrongTag(f"{tag[:80]!r} is no tag; up to 128 letters, digits and . _ - with no . or - in front.")


def _compile(made: Path, later: Path) -> None:
    """Compile Python once for all tasks; what does not compile is the application's own error, when it runs."""
    compileall.compile_dir(
        made,
        stripdir=str(made),
        prependdir=str(later),
        quiet=2,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
