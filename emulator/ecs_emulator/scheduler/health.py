"""Health check of a container: its command, run again and again, and what its results add up to.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ecs_emulator.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_ecs.literals import HealthStatusType
    from mypy_boto3_ecs.type_defs import HealthCheckOutputTypeDef

# Starts a command inside a container, and lets it inherit file descriptors. Raises OSError.
Inside = Callable[[list[str], Sequence[int]], "subprocess.Popen[bytes]"]

# Seconds and a count, where the definition says nothing.
INTERVAL, TIMEOUT, RETRIES, START_PERIOD = 30, 5, 3, 0
SHORTEST_INTERVAL = 1.0  # seconds; a check is a process
_NOT_FOUND = 127  # what a shell ends with then
# A line may begin with these, and no PATH has them.
_OF_THE_SHELL = {"cd", "exec", "exit", "export", "for", "if", "set", "until", "while"}


def command(words: Sequence[str]) -> list[str]:
    """Command line of a check: `CMD` and its words, or `CMD-SHELL` and a line for the shell. `NONE` is none."""
    if not words or words[0] == "NONE":
        return []
    if words[0] == "CMD":
        return list(words[1:])
    return ["/bin/sh", "-c", " ".join(words[1:] if words[0] == "CMD-SHELL" else words)]


def missing(words: Sequence[str], path: str) -> str | None:
    """Program that a check begins with and that is not on a PATH, None where it is there or nobody can say."""
    parts = command(words)
    if parts[:2] == ["/bin/sh", "-c"]:
        parts = parts[2].split(maxsplit=1)
    if not parts or not re.fullmatch(r"[A-Za-z][\w.-]*", parts[0]) or parts[0] in _OF_THE_SHELL:
        return None
    return None if shutil.which(parts[0], path=path) else parts[0]


class ContainerHealth:
    """Health of one container from its start on. Nothing here waits.

    A check begins `interval` after the start or after the one before it has ended. What fails in the start period
    does not count, until one has passed; `retries` failures in a row make the container unhealthy, one that passes
    makes it healthy. The clock shortens the intervals, and neither what a check may take nor what a program needs
    until it answers.
    """

    def __init__(self, check: HealthCheckOutputTypeDef, clock: Clock, inside: Inside, now: float) -> None:
        self.status: HealthStatusType = "UNKNOWN"
        self._command = command(check["command"])
        self._inside = inside
        interval = float(check.get("interval") or INTERVAL)
        retries, grace = check.get("retries") or RETRIES, float(check.get("startPeriod") or START_PERIOD)
        self._interval = max(clock.shortened(interval), min(interval, SHORTEST_INTERVAL))
        self._timeout = float(check.get("timeout") or TIMEOUT)
        self._retries = retries
        whole = clock.grace(grace + interval * retries) - self._interval * retries
        self._counts_from = now + max(clock.shortened(grace), whole)
        self._next = now + self._interval
        self._failures = 0
        self._running: subprocess.Popen[bytes] | None = None
        self._gives_up_at = 0.0

    def advance(self, now: float) -> None:
        """Take in the result of a check that has ended, or begin the next one."""
        if not self._command:
            return
        if self._running is None:
            if now >= self._next:
                self._begin(now)
            return
        code = self._running.poll()
        if code is None and now < self._gives_up_at:
            return
        if code is None:
            self.close()
        self._running = None
        self._take(code, now)

    def close(self) -> None:
        """End the check that runs, if one does."""
        if self._running is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()
            self._running = None

    def _begin(self, now: float) -> None:
        try:
            self._running, self._gives_up_at = self._inside(self._command, ()), now + self._timeout
        except (OSError, ValueError):
            self._take(_NOT_FOUND, now)

    def _take(self, code: int | None, now: float) -> None:
        """The exit code of a check; None of one that took too long."""
        self._next = now + self._interval
        if code == 0:
            self.status, self._failures = "HEALTHY", 0
        elif self.status != "UNKNOWN" or now >= self._counts_from:
            self._failures += 1
            if self._failures >= self._retries:
                self.status = "UNHEALTHY"


class AssumedHealth:
    """Health of a container for which a placeholder stands in: nobody can run its check, and it does run."""

    status: HealthStatusType = "HEALTHY"

    def advance(self, now: float) -> None: ...

    def close(self) -> None: ...
