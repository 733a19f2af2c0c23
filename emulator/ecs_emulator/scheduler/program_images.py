"""Images of the developer's programs: snapshots of their folders, built, each under an id that its content decides.

A task keeps the snapshot that it began with, whatever becomes of the folder; a container that says nothing else begins
with the one of the start.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from ecs_emulator.scheduler.program_file import NEVER, ProgramDescription

ID = re.compile(r"[0-9a-f]{12}")

_ABOUT, _CONTENT = "image.json", "content"
_SOURCE = "file"  # in the folder of all: where the programs file is
_LAST_LINES = 20


class BuildFailed(Exception):
    """A build that failed, so there is no image; the message has its exit code and its last lines."""


class ProgramImage(NamedTuple):
    """Image of a program, by its id of twelve hexadecimal digits."""

    id: str
    is_new: bool


class ProgramImages:
    """Snapshots of programs in `folder`, by container and id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    @property
    def source(self) -> Path | None:
        """The programs file that an emulator was started with."""
        try:
            return Path((self._folder / _SOURCE).read_text())
        except FileNotFoundError:
            return None

    def remember(self, source: Path) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._folder / _SOURCE).write_text(str(source.absolute()))

    def push(self, name: str, program: ProgramDescription, say: Callable[[str], None] = lambda _: None) -> ProgramImage:
        """Take a snapshot of a program's folder and build it, unless its image is there; `say` hears of a build.

        Raises BuildFailed or OSError.
        """
        found = digest(program)[:12]
        made = self._folder / _directory(name) / found
        if (made / _ABOUT).exists():
            return ProgramImage(found, False)
        made.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # No id begins with a dot: what a push that was killed leaves behind is never taken for an image.
        with tempfile.TemporaryDirectory(dir=made.parent, prefix=".push-") as making:
            content = Path(making, "image", _CONTENT)
            shutil.copytree(program.folder, content, symlinks=True, ignore=lambda _, names: ignored(names, program))
            if program.build:
                say(f"{name}: building …")
                _build(program.build, content)
            about = {"command": program.command, "environment": program.environment, "health": program.health}
            (content.parent / _ABOUT).write_text(json.dumps(about))
            try:
                content.parent.rename(made)
            except OSError:
                # Unless somebody else was faster.
                if not (made / _ABOUT).exists():
                    raise
        return ProgramImage(found, True)

    def described(self, name: str, image_id: str) -> tuple[Path, ProgramDescription] | None:
        """Folder and description of an image, None when there is none."""
        root = self._folder / _directory(name) / image_id
        try:
            about = json.loads((root / _ABOUT).read_text())
        except (FileNotFoundError, NotADirectoryError):
            return None
        return root / _CONTENT, ProgramDescription(root / _CONTENT, None, **about)


def ignored(names: list[str], program: ProgramDescription) -> set[str]:
    """Those of the names in a folder that are no part of a program's image."""
    return {name for name in names if any(fnmatch.fnmatch(name, each) for each in (*NEVER, *program.ignore))}


def files(program: ProgramDescription) -> Iterator[Path]:
    """Files of a program's image before its build, in order."""
    for folder, folders, names in os.walk(program.folder):
        folders[:] = sorted(set(folders) - ignored(folders, program))
        # A link to a folder is copied as what it is.
        links = [each for each in folders if Path(folder, each).is_symlink()]
        yield from (Path(folder, name) for name in sorted({*names, *links} - ignored(names, program)))


def digest(program: ProgramDescription) -> str:
    """A hash of all that makes a program's image."""
    said = {name: value for name, value in asdict(program).items() if name not in ("folder", "line")}
    found = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
    for path in files(program):
        about = path.lstat()
        found.update(f"\0{path.relative_to(program.folder).as_posix()}\0{about.st_mode & 0o111}\0".encode())
        found.update(os.readlink(path).encode() if path.is_symlink() else path.read_bytes())
    return found.hexdigest()


def signature(program: ProgramDescription) -> int:
    """A number that changes when a file of a program does, for whoever looks again and again."""
    seen = []
    for path in files(program):
        try:
            about = path.lstat()
        except FileNotFoundError:  # it has gone meanwhile
            continue
        seen.append((str(path), about.st_mtime_ns, about.st_size))
    return hash(tuple(seen))


def _build(line: str, folder: Path) -> None:
    """Run a build in a snapshot, with the developer's own environment. Raises BuildFailed."""
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        last = "\n".join(f"  {each}" for each in done.stdout.splitlines()[-_LAST_LINES:])
        raise BuildFailed(f"The build `{line}` ended with {done.returncode}:\n{last}")


def _directory(name: str) -> str:
    """Name of the folder for a container, or for an image reference."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", name).lstrip(".")
