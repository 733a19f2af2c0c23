"""Container of a task: its life, and its process group."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from ecs_emulator.clock import Clock
from ecs_emulator.reaper import Start
from ecs_emulator.scheduler.execute.channel import on_terminal
from ecs_emulator.scheduler.health import AssumedHealth, ContainerHealth, Inside
from ecs_emulator.scheduler.interfaces import ContainerState
from ecs_emulator.scheduler.output import ContainerOutput
from ecs_emulator.scheduler.restarts import RestartPolicy

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, HealthCheckOutputTypeDef

DRAIN = 5.0  # seconds that what a container has printed may take to arrive, after its end
CHUNK = 65_536


class Process:
    """A container's process group, and what it prints on its way to `output`. Nothing here waits."""

    reason: str | None = None  # why it ended, where its exit code does not tell
    is_all = True  # of the container, which uses nothing else of this machine

    def __init__(
        self, child: subprocess.Popen[bytes], pipe: IO[bytes], output: ContainerOutput, inside: Inside
    ) -> None:
        self._child = child
        self._pipe = pipe
        self._output = output
        self.inside = inside  # starts another command where this one runs

    @property
    def group(self) -> int | None:
        """The id of the process group, None where the container is elsewhere."""
        return self._child.pid if self.is_all else None

    def on_terminal(self, words: list[str], terminal: int) -> subprocess.Popen[bytes]:
        """Start a command where this one runs, on a terminal by its file descriptor. Raises OSError."""
        return self.inside(on_terminal(words, terminal), (terminal,))

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
    """A container of a task. `state` and the times are for everybody, all else for the task's own thread.

    Whoever starts it starts it again when it `is_due_again`, as its restart policy says.
    """

    def __init__(
        self, definition: ContainerDefinitionOutputTypeDef, restart_policy: RestartPolicy | None = None
    ) -> None:
        self.definition = definition
        self.name: str = definition["name"]
        self.is_essential: bool = definition.get("essential", True)
        self.state = ContainerState(self.name, "PENDING", None, None)
        self.created_at = datetime.now(UTC)
        self.started_at: datetime | None = None
        self.finished_at: datetime | None = None
        self.process: Process | None = None
        self.began_at: float | None = None  # by the clock of `advance`
        self._health: ContainerHealth | AssumedHealth | None = None
        self._kill_at: float | None = None
        self._given_up_at: float | None = None
        self._restart_policy = restart_policy
        self._is_ending_to_restart = False
        self.is_due_again = False
        self.restarts: int | None = 0 if restart_policy else None

    def start(
        self, start: Start, words: list[str], folder: Path, variables: dict[str, str], output: ContainerOutput
    ) -> None:
        """Begin to run in a folder; a command that cannot be run shows in `state`."""

        def inside(command: list[str], pass_fds: Sequence[int]) -> subprocess.Popen[bytes]:
            return start(command, variables, Path(os.devnull), folder, pass_fds)

        try:
            child = start(words, variables, None, folder)
        except (OSError, ValueError, IndexError) as error:
            output.finish()
            output.give_up()
            self.fail(f"CannotStartContainerError: {_not_executed(words, error)}")
            return
        self.runs(Process(child, cast("IO[bytes]", child.stdout), output, inside))

    def runs(self, process: Process) -> None:
        """It has begun to run."""
        self.process = process
        self.started_at, self.began_at = datetime.now(UTC), time.monotonic()
        self.state = self.state._replace(status="RUNNING", process_group=process.group)
        self.is_due_again = False

    def check_health(self, clock: Clock, check: HealthCheckOutputTypeDef | None = None) -> None:
        """Judge its health from now on, by its definition's health check or by `check`."""
        check = check or self.definition.get("healthCheck")
        if check and self.process and self.began_at is not None:
            self._health = ContainerHealth(check, clock, self.process.inside, self.began_at)

    def stand_in(self) -> None:
        """It is a placeholder for an image that is not here, and as healthy as a placeholder is."""
        if self.definition.get("healthCheck"):
            self._health = AssumedHealth()
        self.state = self.state._replace(stands_in=True)

    def fail(self, reason: str | None) -> None:
        """It never ran."""
        self.state = self.state._replace(status="STOPPED", exit_code=None, reason=reason)

    def terminate(self, now: float, patience: float) -> None:
        """SIGTERM now, SIGKILL after `patience` seconds. Again does nothing."""
        if self.process and self._kill_at is None:
            self._kill_at = now + patience
            self.process.terminate(patience)

    def has_ended(self) -> bool:
        """True when the first process has, though its last words may still be on their way."""
        is_ending = self._given_up_at is not None and not self._is_ending_to_restart
        return is_ending or self.state.status == "STOPPED"

    def advance(self, now: float) -> None:
        """Notice what has happened to it, and bring a stop further. Nothing here waits."""
        if not self.process or self.state.status == "STOPPED":
            return
        if (code := self.process.exit_code()) is None:
            if self._kill_at is not None and now >= self._kill_at:
                self.process.kill()
            elif self._health:
                self._health.advance(now)
                self.state = self.state._replace(health=self._health.status)
            return
        if self._given_up_at is None:
            if self._health:
                self._health.close()
            # A container ends with its first process.
            self.process.kill()
            self._given_up_at = now + DRAIN
            self._is_ending_to_restart = self._may_restart(code, now)
        if self._is_ending_to_restart and self._kill_at is not None:
            # Its task ends while its last words are on their way.
            self._is_ending_to_restart = False
        if not self._is_ending_to_restart and self.state.exit_code is None:
            self.finished_at = datetime.now(UTC)
            # Nobody is to be sent to it while its last words are on their way.
            self.state = self.state._replace(exit_code=code)
        if self.process.is_heard() or now >= self._given_up_at:
            self.process.give_up()
            if self._is_ending_to_restart:
                self._wait_to_begin_again()
                return
            self.state = self.state._replace(status="STOPPED", exit_code=code, reason=self.process.reason)

    def _may_restart(self, code: int, now: float) -> bool:
        policy, began_at = self._restart_policy, self.began_at
        if policy is None or began_at is None or self._kill_at is not None:
            return False
        return policy.restarts(code, now - began_at)

    def _wait_to_begin_again(self) -> None:
        self.process = self._given_up_at = self._health = None
        self._is_ending_to_restart, self.is_due_again = False, True
        self.restarts = (self.restarts or 0) + 1

    def abandon(self) -> None:
        """End it at once, whatever it was doing."""
        if self.state.status != "STOPPED":
            if self._health:
                self._health.close()
            if self.process:
                self.process.give_up()
            code = self.process.exit_code() if self.process else None
            self.state = self.state._replace(status="STOPPED", exit_code=code, reason=None)


def _not_executed(words: list[str], error: Exception) -> str:
    if not words:
        return "no command specified"
    known = {FileNotFoundError: "executable file not found in $PATH", PermissionError: "permission denied"}
    why = next((words for kind, words in known.items() if isinstance(error, kind)), error)
    return (
        "ResourceInitializationError: failed to create new container runtime task: OCI runtime create failed: "
        f'runc create failed: unable to start container process: exec: "{words[0]}": {why}: unknown'
    )
