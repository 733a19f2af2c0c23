"""Emulator of a drill's own: a process of its own, in a folder of its own, on free ports.

In a process of its own, so that the drill and what it measures do not wait for each other.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from ecs_emulator import reaper
from ecs_emulator.access_key import AccessKey
from ecs_emulator.console.access import link
from ecs_emulator.experiments.subject import Subject
from ecs_emulator.local import trust_only, use_only
from ecs_emulator.ops.target import Target
from ecs_emulator.ports import free_ports

PATIENCE = 180.0  # seconds until an emulator must be ready, or have stopped, on a busy machine


class EmulatorNotReady(Exception):
    """The emulator did not get ready; the message says why."""


@dataclass(frozen=True)
class DrillEmulator:
    """Emulator that is ready, with its data in `folder`. `console` is a link to its console, empty without one."""

    folder: Path
    site_url: str
    api_url: str
    cloud_url: str
    target: Target
    console: str = ""


@contextmanager
def emulating(folder: Path, subject: Subject, speed: float) -> Iterator[DrillEmulator]:
    """The subject's emulator with its data in `folder`, so many times faster than AWS. Raises NotReady.

    AWS clients of this process talk to it meanwhile.
    """
    site, api, cloud = free_ports(3)
    ports = {"SITE_PORT": str(site), "API_PORT": str(api), "CLOUD_PORT": str(cloud)}
    output = folder / "up.log"
    before = dict(os.environ)
    with reaper.started() as start:
        command = [*subject.command, "--speed", f"{speed:g}"]
        up = start(command, os.environ | ports | {"LOCAL_DIR": str(folder.absolute())}, output)
        try:
            note = _ready(up, folder / "running.json", output)
            key = AccessKey.of_folder(folder)
            use_only(note["cloud_url"], key)
            trust_only(folder)
            # The stacks' own output may name a host that only AWS has.
            outputs = {**note["outputs"], "ApiUrl": note["api_url"]}
            target = Target(boto3.Session(), outputs, program=subject.program, conventions=subject.conventions)
            console = link(note["console_url"], note["console_start"], key) if note["console_url"] else ""
            yield DrillEmulator(folder, note["site_url"], note["api_url"], note["cloud_url"], target, console)
        finally:
            os.environ.clear()
            os.environ.update(before)
            up.terminate()
            with suppress(subprocess.TimeoutExpired):
                up.wait(PATIENCE)
            with suppress(ProcessLookupError):
                os.killpg(up.pid, signal.SIGKILL)
            up.wait()


def _ready(up: subprocess.Popen[bytes], note: Path, output: Path) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while not note.exists():
        if up.poll() is not None or time.monotonic() > deadline:
            said = output.read_text(errors="replace").splitlines()[-5:]
            raise EmulatorNotReady("\n".join(["The emulator did not get ready. It said last:", *said]))
        time.sleep(0.1)
    found: dict[str, Any] = json.loads(note.read_text())
    return found
