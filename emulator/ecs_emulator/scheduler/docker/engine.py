"""Docker engine, by its command line."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

PATIENCE = 60.0  # seconds that a command may take


class NoEngine(Exception):
    """No Docker engine of this machine answers; the message says what to do."""


class EngineError(Exception):
    """A command failed; the message is the last line that it said."""


class Engine:
    """Raises NoEngine when none answers."""

    def __init__(self) -> None:
        try:
            self.cpus = int(self.call("info", "--format", "{{.NCPU}}"))
        except (EngineError, ValueError) as error:
            raise NoEngine(f"No Docker engine answers here. Start one, or leave --docker out. ({error})") from error

    def call(self, *arguments: str, patience: float = PATIENCE) -> str:
        """Output of a command. Raises EngineError."""
        return self.say(*arguments, patience=patience)[0]

    def say(
        self, *arguments: str, patience: float = PATIENCE, environment: Mapping[str, str] | None = None
    ) -> tuple[str, list[str]]:
        """Output of a command, and its warnings. It has `environment` beside our own. Raises EngineError."""
        try:
            done = subprocess.run(
                ["docker", *arguments],  # noqa: S607 (wherever it is installed)
                capture_output=True,
                text=True,
                errors="replace",
                stdin=subprocess.DEVNULL,
                timeout=patience,
                env={**os.environ, **(environment or {})},
                check=False,
            )
        except FileNotFoundError as error:
            raise EngineError("There is no docker command.") from error
        except (OSError, subprocess.SubprocessError) as error:
            raise EngineError(str(error)) from error
        said = done.stderr.strip().splitlines()
        if done.returncode:
            # A hint to the help follows some errors.
            lines = [line for line in said if line and not line.startswith(("See 'docker", "Run 'docker"))]
            raise EngineError(lines[-1] if lines else f"docker {arguments[0]} ended with {done.returncode}.")
        return done.stdout.strip(), said

    def image(self, reference: str) -> dict[str, Any] | None:
        """Description of an image; None when it does not have it."""
        return self._inspected("image", reference)

    def state(self, container: str) -> dict[str, Any] | None:
        """https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerInspect."""
        found = self._inspected("container", container)
        return found and found["State"]

    def _inspected(self, kind: str, name: str) -> dict[str, Any] | None:
        try:
            found: list[dict[str, Any]] = json.loads(self.call(kind, "inspect", name))
        except (EngineError, ValueError):
            return None
        return found[0] if found else None
