"""Programs on a running emulator: the services that run one, brought to its newest image."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from ecs_emulator.ops import revisions, services
from ecs_emulator.ops.outcomes import Failure
from ecs_emulator.ops.release import Release, RevisionChange
from ecs_emulator.ops.services import Named
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from ecs_emulator.scheduler.program_file import ProgramDescription, WrongPrograms, read
from ecs_emulator.scheduler.program_images import BuildFailed, ProgramImages, signature

LOOK = 0.5  # seconds between two looks at the files that are watched
QUIET = 0.5  # seconds without a change until a program is pushed: an editor saves several files


def runs(name: str, container: str, image: str) -> bool:
    """True when a container runs the program of that name: by its own name, or by its image's repository."""
    return name in (container, image) or revisions.repository_of(name) == revisions.repository_of(image)


def changes(target: Target, pushed: Mapping[str, str]) -> dict[Named, dict[str, str]]:
    """Services that run one of the programs, in the cluster that was said or in all, with the image ids of their
    containers. Raises Failure (NOT_FOUND).
    """
    found: dict[Named, dict[str, str]] = {}
    for cluster in [target.chosen] if target.chosen else target.clusters():
        for service in services.names(replace(target, chosen=cluster)):
            named = Named(cluster, service)
            current = services.describe(target.ecs, named)["taskDefinition"]
            for container in revisions.read(target.ecs, current)["containerDefinitions"]:
                mine = [each for each in pushed if runs(each, container["name"], container["image"])]
                if mine:
                    found.setdefault(named, {})[str(container["name"])] = pushed[mine[0]]
    return found


def roll_out(target: Target, pushed: Mapping[str, str], out: Terminal, timeout: float) -> None:
    """Bring image ids, by program, into service wherever another one runs: one deployment for a service.

    Raises Failure (any), of the first service that fails.
    """
    for named, images in changes(target, pushed).items():
        Release(target, named, out, timeout).update(RevisionChange(images=images), False)


class ProgramWatch:
    """Watch of a programs file and its folders: what changes is pushed and rolled out, and what fails leaves running
    what runs.
    """

    def __init__(self, file: Path, images: ProgramImages, names: tuple[str, ...], out: Terminal) -> None:
        self._file = file
        self._images = images
        self._names = names
        self._out = out
        self._seen: dict[str, int] = {}

    def push(self) -> dict[str, str]:
        """Image ids of the programs, as their folders are now. Raises WrongPrograms, BuildFailed, OSError."""
        found = chosen(read(self._file), self._names)
        # What changes while it is built is seen by the next look.
        self._seen = {name: self._signature(program) for name, program in found.items()}
        pushed = {}
        for name, program in found.items():
            image = self._images.push(name, program, self._out.say)
            self._out.say(f"{name}  {image.id}{'' if image.is_new else '  (as it was)'}")
            pushed[name] = image.id
        return pushed

    def follow(self, roll: Callable[[Mapping[str, str]], None], pause: Callable[[float], None] = time.sleep) -> None:
        """Push and `roll` what changes, until Ctrl-C."""
        while True:
            self._wait_for_change(pause)
            try:
                roll(self.push())
            except (BuildFailed, WrongPrograms) as error:
                self._out.say(f"{error}\nWhat runs goes on running; the next change is tried again.")
            except Failure as failure:
                self._out.say(f"{failure}\nThe next change is tried again.")

    def _wait_for_change(self, pause: Callable[[float], None]) -> None:
        before = self._now()
        while before == self._seen:
            pause(LOOK)
            before = self._now()
        while True:
            pause(QUIET)
            now = self._now()
            if now == before:
                return
            before = now

    def _now(self) -> dict[str, int]:
        try:
            return {name: self._signature(program) for name, program in chosen(read(self._file), self._names).items()}
        except WrongPrograms as error:
            return {str(error): 0}

    def _signature(self, program: ProgramDescription) -> int:
        return hash((signature(program), program.build, program.command, program.health, *program.environment.items()))


def chosen(programs: dict[str, ProgramDescription], names: tuple[str, ...]) -> dict[str, ProgramDescription]:
    """The programs of these names, all where there are none. Raises WrongPrograms."""
    if unknown := [name for name in names if name not in programs]:
        raise WrongPrograms(f"There is no program {unknown[0]}; there are: {', '.join(programs)}.")
    return {name: program for name, program in programs.items() if not names or name in names}
