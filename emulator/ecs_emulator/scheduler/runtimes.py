"""Container runtime of an emulator: processes of this machine, or containers of a Docker engine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from ecs_emulator.reaper import Start
from ecs_emulator.scheduler.confinement import NOT_OFFERED, Confinement
from ecs_emulator.scheduler.container_runtime import Say
from ecs_emulator.scheduler.containers import DockerRuntime
from ecs_emulator.scheduler.docker.engine import Engine
from ecs_emulator.scheduler.docker.session import DockerSession, docker_session
from ecs_emulator.scheduler.images import Images
from ecs_emulator.scheduler.processes import ProcessRuntime
from ecs_emulator.scheduler.secrets import ContainerSecrets


def opened_runtime(
    opened: ExitStack,
    engine: Engine | None,
    images: Images,
    start: Start,
    cloud_url: str,
    folder: Path,
    task_folders: Sequence[Path],
    repository: str | None,
    secrets: ContainerSecrets,
    say: Say,
) -> tuple[ProcessRuntime | DockerRuntime, DockerSession | None]:
    """The runtime, and the session with `engine` that it has; both end with `opened`.

    `say` hears where this machine cannot confine processes.
    """
    confinement = Confinement.of(Path(os.path.expanduser("~")), folder, task_folders)
    if engine is None:
        if not confinement:
            say(NOT_OFFERED)
        return ProcessRuntime(images, start, cloud_url, confinement, secrets), None
    docker = opened.enter_context(docker_session(engine, folder))
    return DockerRuntime(docker, images, start, cloud_url, confinement, secrets, repository), docker
