"""Container of a task: its life, and its command and variables as a process group."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from ecs_emulator.reaper import Start
from ecs_emulator.scheduler.images import Image
from ecs_emulator.scheduler.interfaces import ContainerState
from ecs_emulator.scheduler.output import ContainerOutput

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

DRAIN = 5.0  # seconds that what a container has printed may take to arrive, after its end
CHUNK = 65_536

# All that a process of ours has of the machine it runs on; where `python` is this interpreter.
_MACHINE = {
    "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
    "HOME": "/",
    "LANG": "C.UTF-8",
}


def command(definition: ContainerDefinitionOutputTypeDef, image: Image) -> list[str]:
    """Command of a container: a definition's `entryPoint` and `command` go before the image's, as with Docker."""
    if image.is_placeholder or image.is_program:
        return list(image.command)
    entry_point = definition.get("entryPoint") or []
    return [*entry_point, *(definition.get("command") or ([] if entry_point else image.command))]


def environment(
    definition: ContainerDefinitionOutputTypeDef, image: Image, platform: dict[str, str], ports: dict[int, int]
) -> dict[str, str]:
    """A container's variables: the image's, over them the definition's, over them the platform's; none of our own.

    The placeholder is our own program and no part of a definition: of its variables it gets PORT and no other, and
    PORTS, with all ports of the container, which an image that is not here may all listen on. PORT is
    what the definition or the image say, else the container's first port; `ports` maps the ports of the task to those
    where they really listen.
    """
    given = {each["name"]: each["value"] for each in definition.get("environment", [])}
    mapped = [str(each["containerPort"]) for each in definition.get("portMappings", []) if "containerPort" in each]
    if image.is_placeholder:
        given = {name: value for name, value in given.items() if name == "PORT"}
    variables = {**_MACHINE, **image.environment, **given, **platform}
    port = variables.get("PORT") or next(iter(mapped), "")
    if port:
        variables["PORT"] = str(ports.get(int(port), port)) if port.isascii() and port.isdigit() else port
    if image.is_placeholder and mapped:
        variables["PORTS"] = " ".join(str(ports.get(int(each), each)) for each in mapped)
    return variables


class Process:
    """A container's process group, and what it prints on its way to `output`. Nothing here waits."""

    reason: str | None = None  # why it ended, where its exit code does not tell

    def __init__(self, child: subprocess.Popen[bytes], pipe: IO[bytes], output: ContainerOutput) -> None:
        self._child = child
        self._pipe = pipe
        self._output = output

    def terminate(self, patience: float) -> None:  # noqa: ARG002 (an engine is told)
        """SIGTERM to the first process alone, as Docker does; `kill` comes after `patience` seconds."""
        self._child.terminate()

    def kill(self) -> None:
        """SIGKILL to what there is of the group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)

    def exit_code(self) -> int | None:
        """None while the first process lives. A signal's number and 128, as a shell and Docker have it."""
        code = self._child.poll()
        return code if code is None or code >= 0 else 128 - code

    def readable(self) -> int | None:
        """The file descriptor to wait on, None while nothing is to be read."""
        return None if self._pipe.closed or self._output.is_full() else self._pipe.fileno()

    def read(self) -> None:
        """Take what it has printed, once there is something."""
        if data := os.read(self._pipe.fileno(), CHUNK):
            self._output.write(data)
        else:
            self.hang_up()

    def hang_up(self) -> None:
        """Read no more."""
        if not self._pipe.closed:
            self._pipe.close()
            self._output.finish()

    def is_heard(self) -> bool:
        """True when all that it printed has arrived."""
        return self._pipe.closed and self._output.is_done()

    def give_up(self) -> None:
        """End at once, with what has not arrived."""
        self.kill()
        self._child.wait()
        self.hang_up()
        self._output.give_up()


class Container:
    """A container of a task. `state` and the times are for everybody, all else for the task's own thread."""

    def __init__(self, definition: ContainerDefinitionOutputTypeDef) -> None:
        self.definition = definition
        self.name: str = definition["name"]
        self.is_essential: bool = definition.get("essential", True)
        self.state = ContainerState(self.name, "PENDING", None, None)
        self.created_at = datetime.now(UTC)
        self.started_at: datetime | None = None
        self.finished_at: datetime | None = None
        self.process: Process | None = None
        self._kill_at: float | None = None
        self._given_up_at: float | None = None

    def start(self, start: Start, image: Image, variables: dict[str, str], output: ContainerOutput) -> None:
        """Begin to run; a command that cannot be run shows in `state`."""
        words = command(self.definition, image)
        try:
            child = start(words, variables, None, image.root)
        except (OSError, ValueError, IndexError) as error:
            output.finish()
            output.give_up()
            self.fail(f"CannotStartContainerError: {_not_executed(words, error)}")
            return
        self.runs(Process(child, cast("IO[bytes]", child.stdout), output))

    def runs(self, process: Process) -> None:
        """It has begun to run."""
        self.process = process
        self.started_at = datetime.now(UTC)
        self.state = self.state._replace(status="RUNNING")

    def fail(self, reason: str | None) -> None:
        """It never ran."""
        self.state = ContainerState(self.name, "STOPPED", None, reason)

    def terminate(self, now: float, patience: float) -> None:
        """SIGTERM now, SIGKILL after `patience` seconds. Again does nothing."""
        if self.process and self._kill_at is None:
            self._kill_at = now + patience
            self.process.terminate(patience)

    def has_ended(self) -> bool:
        """True when the first process has, though its last words may still be on their way."""
        return self._given_up_at is not None or self.state.status == "STOPPED"

    def advance(self, now: float) -> None:
        """Notice what has happened to it, and bring a stop further. Nothing here waits."""
        if not self.process or self.state.status == "STOPPED":
            return
        if (code := self.process.exit_code()) is None:
            if self._kill_at is not None and now >= self._kill_at:
                self.process.kill()
            return
        if self._given_up_at is None:
            # A container ends with its first process.
            self.process.kill()
            self._given_up_at = now + DRAIN
            self.finished_at = datetime.now(UTC)
            # Nobody is to be sent to it while its last words are on their way.
            self.state = self.state._replace(exit_code=code)
        if self.process.is_heard() or now >= self._given_up_at:
            self.process.give_up()
            self.state = ContainerState(self.name, "STOPPED", code, self.process.reason)

    def abandon(self) -> None:
        """End it at once, whatever it was doing."""
        if self.state.status != "STOPPED":
            if self.process:
                self.process.give_up()
            code = self.process.exit_code() if self.process else None
            self.state = ContainerState(self.name, "STOPPED", code, None)


def _not_executed(words: list[str], error: Exception) -> str:
    if not words:
        return "no command specified"
    known = {FileNotFoundError: "executable file not found in $PATH", PermissionError: "permission denied"}
    why = next((words for kind, words in known.items() if isinstance(error, kind)), error)
    return (
        "ResourceInitializationError: failed to create new container runtime task: OCI runtime create failed: "
        f'runc create failed: unable to start container process: exec: "{words[0]}": {why}: unknown'
    )
