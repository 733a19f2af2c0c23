"""Deaths of tasks while stacks are made, told as they happen: a stack that waits for its services says nothing of them.

Of each reason one task of a revision is told: a program that dies at its start dies again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import boto3

from ecs_emulator.ops import tasks
from ecs_emulator.ops.services import short
from ecs_emulator.ops.target import Target
from ecs_emulator.periodic import repeated
from ecs_emulator.scheduler import task_serializers
from ecs_emulator.scheduler.scheduler import Scheduler

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

_LOOK = 0.5  # seconds between two looks
_TAIL = 65_536  # bytes at the end of a file that its last lines are looked for in


@contextmanager
def telling_deaths(
    scheduler: Scheduler, session: boto3.Session, folder: Path, say: Callable[[str], None]
) -> Iterator[None]:
    """Context in which `say` hears of tasks that die; `folder` has the output of those without a log driver."""
    deaths = Deaths(scheduler, session, folder)

    def tell() -> None:
        for line in deaths.news():
            say(line)

    with repeated(tell, _LOOK, "deaths"):
        yield


class Deaths:
    """Deaths of a scheduler's tasks from now on."""

    def __init__(self, scheduler: Scheduler, session: boto3.Session, folder: Path) -> None:
        self._scheduler = scheduler
        self._target = Target(session, {})
        self._folder = folder
        self._seen: set[str] = set()  # ids of tasks
        self._told: set[tuple[str, str]] = set()  # revisions and reasons
        self._stopped()

    def news(self) -> Iterator[str]:
        """Lines for people on those that nobody was told of."""
        for task in self._stopped():
            name, revision, reason = short(task["taskArn"]), short(task["taskDefinitionArn"]), tasks.reason(task)
            if tasks.is_orderly(task) or (revision, reason) in self._told:
                continue
            self._told.add((revision, reason))
            said = tasks.last_lines(self._target, task["taskDefinitionArn"], name)
            streams = tasks.log_streams(self._target, task["taskDefinitionArn"], name)
            where = [f"log stream {stream} of {group}" for group, stream in streams]
            file = self._folder / f"{name}.log"
            if file.is_file():
                said, where = said or _last_lines(file), [*where, str(file)]
            yield "A task has stopped while its stack waits for it; the service starts another:"
            yield from tasks.Death(name, revision, reason, tuple(said)).summary()
            if where:
                yield f"    all that it printed: {', '.join(where)}"

    def _stopped(self) -> list[TaskTypeDef]:
        """Those that have stopped since the last look."""
        scheduler = self._scheduler
        with scheduler.lock:
            found = [
                task
                for cluster in scheduler.clusters.all()
                for task in cluster.tasks.values()
                if task.stopped_since is not None and task.id not in self._seen
            ]
            self._seen |= {task.id for task in found}
            return [cast("TaskTypeDef", task_serializers.task(task, scheduler.arns)) for task in found]


def _last_lines(file: Path) -> list[str]:
    with file.open("rb") as content:
        content.seek(max(0, file.stat().st_size - _TAIL))
        return content.read().decode(errors="replace").splitlines()[-tasks.LAST_LINES :]
