"""Images without a registry: snapshots of the code by tag, and the built-in placeholder."""

from __future__ import annotations

import compileall
import hashlib
import json
import py_compile
import re
import shutil
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from ecs_emulator.scheduler import placeholder

TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
ECR = re.compile(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/")
_REFERENCE = re.compile(rf"(?P<repository>[A-Za-z0-9]+([._/-]+[A-Za-z0-9]+)*)(:(?P<tag>{TAG.pattern}))?")

# The default of PlaceholderImage in cfn/service.yml: it listens on port 8080 whatever it is told.
PLACEHOLDER = "nginxdemos/nginx-hello"


class WrongTag(Exception):
    """The message says what a tag looks like."""


class TagTaken(Exception):
    """The tag stands for other content. Tags are never overwritten, as in the repository of cfn/pipeline.yml."""

    def __init__(self, tag: str) -> None:
        super().__init__(
            f"The tag {tag} stands for other code already, and tags are never overwritten; choose another."
        )


class NoSource(Exception):
    """The folder does not hold what an image is made of."""


@dataclass(frozen=True)
class Image:
    """What a container starts from: the folder it runs in, its command and its variables."""

    root: Path
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    is_placeholder: bool = False
    stands_in: bool = False  # for one that is not here


class Images:
    """The images in a folder. With `stand_in` an unknown one is played by the placeholder."""

    made_of = ("app", "pyproject.toml")

    def __init__(self, folder: Path, stand_in: bool = False) -> None:
        self._folder = folder.absolute()
        self._stand_in = stand_in

    def digest(self, source: Path) -> str:
        """A hash of all that makes an image of `source`. Raises NoSource."""
        return digest(source)

    def push(self, tag: str, source: Path, commit: str | None = None) -> bool:
        """Take a snapshot of what the Dockerfile's production stage copies from `source`; whether it is a new one.

        `commit` is what SERVICE_COMMIT says. Raises WrongTag, TagTaken or NoSource.
        """
        check_tag(tag)
        about = {"digest": digest(source), "version": version(source), "commit": commit or "unknown"}
        if self._is_there(tag, about["digest"]):
            return False
        self._folder.mkdir(parents=True, exist_ok=True)
        # No tag begins with a dot: what a killed push leaves behind is never taken for an image.
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=".push-") as making:
            made = Path(making, "image")
            shutil.copytree(source / "app", made / "app", ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
            _compile(made, self._folder / tag)
            (made / "image.json").write_text(json.dumps(about, indent=2) + "\n")
            try:
                made.rename(self._folder / tag)
            except OSError:
                # Unless somebody else was faster.
                if not self._is_there(tag, about["digest"]):
                    raise
                return False
        return True

    def _is_there(self, tag: str, digest: str) -> bool:
        """Whether the tag stands for this content. Raises TagTaken when it stands for other."""
        if not (self._folder / tag).exists():
            return False
        if self._about(tag)["digest"] != digest:
            raise TagTaken(tag)
        return True

    def _about(self, tag: str) -> dict[str, str]:
        about: dict[str, str] = json.loads((self._folder / tag / "image.json").read_text())
        return about

    def resolve(self, reference: str) -> Image | None:
        """The image that a container definition names, None when there is none.

        A snapshot is found by its tag, in a repository of ECR or one without a registry: `NAME:TAG`.
        """
        registry = ECR.match(reference)
        name = _REFERENCE.fullmatch(reference[registry.end() :] if registry else reference)
        if name and name["repository"] == PLACEHOLDER and not registry:
            return _placeholder({"PORT": "8080"})
        tag = name and (name["tag"] or ("latest" if registry else None))
        if tag and (registry or "/" not in reference) and (self._folder / tag / "image.json").exists():
            return self._snapshot(tag)
        return _placeholder({}, stands_in=True) if self._stand_in else None

    def _snapshot(self, tag: str) -> Image:
        about, root = self._about(tag), self._folder / tag
        return Image(
            root,
            ("python", "-m", "app"),
            {
                # As the Dockerfile says it.
                "PYTHONUNBUFFERED": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
                "SERVICE_VERSION": about["version"],
                "SERVICE_COMMIT": about["commit"],
                "PORT": "8080",
            },
        )


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


def check_tag(tag: str) -> None:
    """Raises WrongTag."""
    if not TAG.fullmatch(tag):
        raise WrongTag(f"{tag[:80]!r} is no tag; up to 128 letters, digits and . _ - with no . or - in front.")


def digest(source: Path) -> str:
    """A hash of all that makes an image of `source`. Raises NoSource."""
    if not (source / "app" / "__main__.py").is_file():
        raise NoSource(f"There is no app to push in {source}.")
    content = hashlib.sha256(version(source).encode())
    for path in sorted((source / "app").rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            content.update(f"\0{path.relative_to(source).as_posix()}\0{path.stat().st_size}\0".encode())
            content.update(path.read_bytes())
    return content.hexdigest()


def _compile(made: Path, later: Path) -> None:
    """Compile a snapshot as the Dockerfile does; what does not compile is the application's own error, when it runs."""
    compileall.compile_dir(
        made / "app",
        stripdir=str(made),
        prependdir=str(later),
        quiet=2,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


def version(source: Path) -> str:
    """What pyproject.toml says."""
    try:
        return str(tomllib.loads((source / "pyproject.toml").read_text())["project"]["version"])
    except (OSError, ValueError, KeyError):
        return "unknown"
