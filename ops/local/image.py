"""Image of the application on this machine: what of this folder makes it, as the Dockerfile says it."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from ecs_emulator.scheduler.docker.engine import Engine
from ecs_emulator.scheduler.docker.images import BuiltImages, DockerBuild
from ecs_emulator.scheduler.images import Images
from ecs_emulator.scheduler.snapshots import Build, Configuration, Snapshots

# The default of PlaceholderImage in cfn/service.yml, without its tag.
PLACEHOLDER = "public.ecr.aws/docker/library/python"
REPOSITORY = "mysfits"  # in a Docker engine
ECR_REPOSITORY = "mysfits-pipeline-images"  # of the stack `mysfits-pipeline`


def _configured(source: Path, commit: str | None) -> Configuration:
    return Configuration(
        ("python", "-m", "app"),
        {
            # As the Dockerfile says it.
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SERVICE_VERSION": _version(source),
            "SERVICE_COMMIT": commit or "unknown",
            "PORT": "8080",
        },
    )


def _version(source: Path) -> str:
    """What pyproject.toml says."""
    try:
        return str(tomllib.loads((source / "pyproject.toml").read_text())["project"]["version"])
    except (OSError, ValueError, KeyError):
        return "unknown"


def _arguments(source: Path, commit: str | None) -> list[str]:
    about = {"VERSION": _version(source), "COMMIT": commit or "unknown"}
    return [*(part for each in about.items() for part in ("--build-arg", "=".join(each))), *_lent()]


def _lent() -> list[str]:
    """What this machine's pip and TLS need, for the steps of the build that install packages."""
    certificates = Path(os.environ.get("SSL_CERT_FILE") or "/etc/ssl/certs/ca-certificates.crt")
    settings = [Path("/etc/pip.conf"), Path.home() / ".config" / "pip" / "pip.conf"]
    if given := os.environ.get("PIP_CONFIG_FILE"):
        settings.append(Path(given))
    lent = {"ca.pem": [certificates], "pip.conf": settings[::-1]}
    found = {name: next((path for path in paths if path.is_file()), None) for name, paths in lent.items()}
    return [part for name, path in found.items() if path for part in ("--secret", f"id={name},src={path}")]


BUILD = Build(copied=("app",), needed="app/__main__.py", configured=_configured, read=("pyproject.toml",))
DOCKER_BUILD = DockerBuild(BUILD, ("Dockerfile", "requirements.txt", "tools/bare_root.py"), _arguments)


def snapshots(folder: Path) -> Snapshots:
    """The repository in the data folder `folder`."""
    return Snapshots(folder / "images", BUILD)


def built(engine: Engine) -> BuiltImages:
    """The repository of a Docker engine."""
    return BuiltImages(engine, REPOSITORY, DOCKER_BUILD)


def images(folder: Path, stand_in: bool = False) -> Images:
    """The images in the data folder `folder`; with `stand_in` the placeholder stands in for every unknown one."""
    return Images(folder / "images", stand_in, PLACEHOLDER, repository=ECR_REPOSITORY, name=REPOSITORY)
