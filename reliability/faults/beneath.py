"""Faults beneath the service: processes of the emulator itself are killed."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ecs_emulator.experiments.processes import NoProcess
from ecs_emulator.experiments.record import CheckResult
from ecs_emulator.experiments.stage import START_UP
from reliability.faults.environment import FaultEnvironment
from reliability.faults.looks import look


def kill_envoy(environment: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    def serves() -> bool:
        return look(environment.api_url, "/mysfits").outcome == "200"

    return _killed(environment, seconds, "Envoy", envoy, serves)


def kill_reaper(environment: FaultEnvironment, seconds: float) -> Sequence[CheckResult]:
    return _killed(environment, seconds, "reaper", reaper, lambda: True)


def envoy(folder: Path) -> int | None:
    """The Envoy of the rehearsal with its data in `folder`, by its process id."""
    # It sees nothing of the rehearsal's environment.
    return _process(lambda _, command: str(folder.absolute() / "balancer" / "bootstrap.json") in command)


def reaper(folder: Path) -> int | None:
    mark = f"LOCAL_DIR={folder.absolute()}"
    return _process(lambda variables, command: mark in variables and "ecs_emulator.reaper" in command)


def _killed(
    environment: FaultEnvironment,
    seconds: float,
    name: str,
    find: Callable[[Path], int | None],
    serves: Callable[[], bool],
) -> Sequence[CheckResult]:
    """Raises NoProcess."""
    before = find(environment.folder)
    if before is None:
        raise NoProcess(f"The rehearsal has no {name}.")
    began = time.monotonic()
    os.kill(before, signal.SIGKILL)
    followed = environment.until(lambda: find(environment.folder) not in (None, before) and serves(), START_UP)
    took = time.monotonic() - began
    environment.pass_time(max(0.0, seconds - took))
    return [CheckResult(followed, f"Another {name} {'was' if followed else 'was not'} there after {took:.2f} s.")]


def _process(is_it: Callable[[list[str], list[str]], bool]) -> int | None:
    """A process by its environment and its command line."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # ended while we looked, or somebody else's
            variables, command = (
                (entry / name).read_text(errors="replace").split("\0") for name in ("environ", "cmdline")
            )
            if is_it(variables, command):
                return int(entry.name)
    return None
