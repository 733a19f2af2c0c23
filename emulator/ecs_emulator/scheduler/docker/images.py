"""Images of a Docker engine: those that are there, and the one that is built of a folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from ecs_emulator.scheduler.docker.engine import Engine, EngineError
from ecs_emulator.scheduler.images import ECR, NoSource, TagTaken, check_tag, digest, version

REPOSITORY = "mysfits"
CONTENT = "mysfits.content"  # the label that says what an image was built of
OF_THE_BUILD = ("Dockerfile", "requirements.txt", "tools/bare_root.py")
BUILD_PATIENCE = 900.0  # seconds; the packages may come from far away


class NotBuilt(Exception):
    """The image could not be built; the message says why."""


class BuiltImages:
    """The images `mysfits:TAG` of an engine, built by the Dockerfile."""

    made_of = ("app", "pyproject.toml", *OF_THE_BUILD)

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def digest(self, source: Path) -> str:
        """A hash of all that makes an image of `source`. Raises NoSource."""
        content = hashlib.sha256(digest(source).encode())
        for name in OF_THE_BUILD:
            if not (source / name).is_file():
                raise NoSource(f"There is no {name} in {source}.")
            content.update((source / name).read_bytes())
        return content.hexdigest()

    def push(self, tag: str, source: Path, commit: str | None = None) -> bool:
        """Build the image, unless it is there; whether it is a new one.

        `commit` is what SERVICE_COMMIT says. Raises WrongTag, TagTaken, NoSource or NotBuilt.
        """
        check_tag(tag)
        content, name = self.digest(source), f"{REPOSITORY}:{tag}"
        if there := self._engine.image(name):
            if (there["Config"].get("Labels") or {}).get(CONTENT) != content:
                raise TagTaken(tag)
            return False
        about = {"VERSION": version(source), "COMMIT": commit or "unknown"}
        arguments = [part for each in about.items() for part in ("--build-arg", "=".join(each))]
        arguments += [*_lent(), "--label", f"{CONTENT}={content}", "--tag", name, str(source)]
        try:
            # A package index that this machine has to itself is reached by its network alone.
            self._engine.call("build", "--quiet", "--network", "host", *arguments, patience=BUILD_PATIENCE)
        except EngineError as error:
            raise NotBuilt(f"The image could not be built: {error}") from error
        return True


def resolved(engine: Engine, reference: str) -> str | None:
    """The engine's name of the image that a container definition names, None when it does not have it.

    What a task would pull from ECR is the image of that tag built here. Nothing is ever pulled.
    """
    names = [reference]
    if ECR.match(reference):
        _, _, tag = reference.rpartition("/")[2].partition(":")
        names.insert(0, f"{REPOSITORY}:{tag or 'latest'}")
    return next((name for name in names if engine.image(name)), None)


def _lent() -> list[str]:
    """What this machine's pip and TLS need, for the steps of the build that install packages."""
    certificates = Path(os.environ.get("SSL_CERT_FILE") or "/etc/ssl/certs/ca-certificates.crt")
    settings = [Path("/etc/pip.conf"), Path.home() / ".config" / "pip" / "pip.conf"]
    if given := os.environ.get("PIP_CONFIG_FILE"):
        settings.append(Path(given))
    lent = {"ca.pem": [certificates], "pip.conf": settings[::-1]}
    found = {name: next((path for path in paths if path.is_file()), None) for name, paths in lent.items()}
    return [part for name, path in found.items() if path for part in ("--secret", f"id={name},src={path}")]
