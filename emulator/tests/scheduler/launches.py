"""Tasks for tests: small programs as images, and what the scheduler says to run one."""

from __future__ import annotations

import itertools
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecs_emulator.local import REGION
from ecs_emulator.scheduler.interfaces import Launch, Run
from ecs_emulator.scheduler.snapshots import Build, Configuration, Snapshots
from emulator.tests.support.waiting import until

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

ACCOUNT = "123456789012"

_numbers = itertools.count(1)


def configured(_source: Path, commit: str | None) -> Configuration:
    variables = {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", "PORT": "8080", "COMMIT": commit or "unknown"}
    return Configuration(("python", "-m", "web"), variables)


BUILD = Build(copied=("web",), needed="web/__main__.py", configured=configured, read=("version.txt",))


def an_image(folder: Path, program: str) -> str:
    """A program, which may begin with empty lines, as an image of the folder; its reference."""
    tag = f"program-{next(_numbers)}"
    source = folder / "sources" / tag
    (source / "web").mkdir(parents=True)
    (source / "web" / "__init__.py").touch()
    (source / "web" / "__main__.py").write_text(textwrap.dedent(program))
    Snapshots(folder / "images", BUILD).push(tag, source)
    return f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/web:{tag}"


def a_container(image: str, **definition: Any) -> Any:
    return {"name": "web", "image": image, "essential": True, **definition}


def a_launch(*containers: ContainerDefinitionOutputTypeDef, service: str | None = "api", **definition: Any) -> Launch:
    task_id = f"{next(_numbers):032x}"
    task_definition: Any = {
        "family": "web",
        "revision": 7,
        "networkMode": "awsvpc",
        "containerDefinitions": list(containers),
        **definition,
    }
    return Launch(
        task_arn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/demo/{task_id}",
        task_id=task_id,
        cluster="demo",
        service=service,
        definition=task_definition,
    )


def awslogs(group: str, **options: str) -> dict[str, Any]:
    """A log configuration."""
    needed = {"awslogs-group": group, "awslogs-region": REGION, "awslogs-stream-prefix": "test"}
    return {"logDriver": "awslogs", "options": {**needed, **options}}


def statuses(run: Run) -> list[str]:
    return [container.status for container in run.containers()]


def wait_until_running(run: Run) -> None:
    until(lambda: statuses(run) == ["RUNNING"] * len(statuses(run)), f"all run: {run.containers()}")


def ended(run: Run) -> list[tuple[int | None, str | None]]:
    """Wait until all containers have stopped; their exit codes and reasons."""
    until(lambda: set(statuses(run)) == {"STOPPED"}, f"all have stopped: {run.containers()}")
    return [(container.exit_code, container.reason) for container in run.containers()]
