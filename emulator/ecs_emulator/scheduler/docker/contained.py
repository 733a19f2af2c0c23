"""Container of a Docker engine, as a process that the engine's command is attached to."""

from __future__ import annotations

import contextlib
import math
import subprocess
import threading
import time
from collections.abc import Sequence
from typing import IO, cast

from ecs_emulator.scheduler.container import Process
from ecs_emulator.scheduler.docker.engine import PATIENCE, Engine, EngineError
from ecs_emulator.scheduler.execute.channel import on_terminal
from ecs_emulator.scheduler.output import ContainerOutput

START_PATIENCE = 60.0  # seconds that a container may take to begin
LOOK = 0.05  # seconds between two looks at one that begins
KILLED = 137  # SIGKILL and 128
NEVER = "0001-01-01"  # what Docker says of what has not happened


class Contained(Process):
    """A container of an engine, and the command that is attached to it: that prints what the container prints, and
    ends when it ends."""

    is_all = False  # the command is not what the container uses

    def __init__(self, engine: Engine, name: str, attached: subprocess.Popen[bytes], output: ContainerOutput) -> None:
        super().__init__(attached, cast("IO[bytes]", attached.stdout), output, self._inside)
        self._engine = engine
        self._name = name
        self._code: int | None = None
        self._is_killed = False

    def on_terminal(self, words: list[str], terminal: int) -> subprocess.Popen[bytes]:
        command = on_terminal(["docker", "exec", "--interactive", "--tty", self._name, *words], terminal)
        return subprocess.Popen(command, start_new_session=True, pass_fds=(terminal,))

    def _inside(self, command: list[str], pass_fds: Sequence[int]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["docker", "exec", self._name, *command],  # noqa: S607 (wherever it is installed)
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=pass_fds,
        )

    def wait_until_started(self) -> None:
        """Raises EngineError when it does not start."""
        deadline = time.monotonic() + START_PATIENCE
        while (state := self._engine.state(self._name)) is None or state["StartedAt"].startswith(NEVER):
            if self._child.poll() is not None:
                # Between the look and this one it may have run and ended.
                state = self._engine.state(self._name)
                if state and not state["StartedAt"].startswith(NEVER):
                    return
                raise EngineError((state and state["Error"]) or "the container is not there any more")
            if time.monotonic() > deadline:
                raise EngineError(f"Could not transition to started; timed out after waiting {START_PATIENCE:g}s")
            time.sleep(LOOK)

    def terminate(self, patience: float) -> None:
        self._soon("stop", "-t", str(math.ceil(patience)))

    def kill(self) -> None:
        if self._child.poll() is None and not self._is_killed:
            self._is_killed = True
            self._soon("kill")

    def exit_code(self) -> int | None:
        if self._code is None and self._child.poll() is not None:
            self._code, self.reason = self._ended()
        return self._code

    def give_up(self) -> None:
        with contextlib.suppress(EngineError):
            self._engine.call("rm", "--force", "--volumes", self._name)
        self._is_killed = True
        self._child.kill()
        super().give_up()

    def _ended(self) -> tuple[int, str | None]:
        """Its exit code, and the reason where that does not tell."""
        state = self._engine.state(self._name)
        if state is None:
            return KILLED, "CannotInspectContainerError: the container is not there any more"
        if state["Running"]:
            return KILLED, "CannotInspectContainerError: the engine has lost the connection to the container"
        # The word is about every process in it; of one that ended by itself, the first was not meant.
        if state["OOMKilled"] and state["ExitCode"] == KILLED:
            return KILLED, "OutOfMemoryError: Container killed due to memory usage"
        return int(state["ExitCode"]), None

    def _soon(self, *command: str) -> None:
        """Tell the engine about it, without waiting."""

        def tell() -> None:
            with contextlib.suppress(EngineError):
                patience = PATIENCE + 120  # the longest `stopTimeout`
                self._engine.call(*command, self._name, patience=patience)

        threading.Thread(target=tell, name=f"docker {command[0]}", daemon=True).start()
