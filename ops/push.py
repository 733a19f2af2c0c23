"""Push of the code as an image for the emulator: what `docker build` and `docker push` are on AWS."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

from ecs_emulator.scheduler.snapshots import Repository

ROOT = Path(__file__).parent.parent


class Pushed(NamedTuple):
    tag: str
    is_new: bool


def push(images: Repository, tag: str | None = None, source: Path = ROOT) -> Pushed:
    """Push `source` as `tag`; without one, as its commit, with its content behind when that differs.

    Raises WrongTag, TagTaken or NoSource.
    """
    content = images.digest(source)[:12]
    commit = _git(source, "rev-parse", "HEAD")
    differs = commit and _git(source, "status", "--porcelain", "--", *images.made_of)
    revision = f"{commit}-{content}" if differs else commit
    if tag is None:
        short = commit and commit[:7]
        tag = f"{short}-{content}" if differs else short or content
    return Pushed(tag, images.push(tag, source, revision))


def _git(folder: Path, *arguments: str) -> str | None:
    """What git says of a folder that is the top of a repository; None when it is not, or there is no git."""
    if not (folder / ".git").exists():
        return None
    try:
        done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, check=True, timeout=30)  # noqa: S607 (wherever it is installed)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
