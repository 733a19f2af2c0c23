"""Checks of the programs that the steps on AWS call: the AWS CLI, and Docker for the image."""

from __future__ import annotations

import re
import subprocess

from ecs_emulator.doctor.findings import Finding, State

PLATFORM = "linux/amd64"  # of the tasks (RuntimePlatform in service.yml)
_PATIENCE = 60.0  # seconds


class NotRun(Exception):
    """A program that is not there, or did not end well; the message is its last line."""


def run(*command: str) -> str:
    """Output of a program, of both kinds. Raises NotRun."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL, check=False
        )
    except FileNotFoundError as error:
        raise NotRun(f"There is no {command[0]} on the PATH.") from error
    except (OSError, subprocess.SubprocessError) as error:
        raise NotRun(str(error)) from error
    said = f"{done.stdout}{done.stderr}".strip()
    if done.returncode:
        raise NotRun(said.splitlines()[-1] if said else f"{command[0]} ended with {done.returncode}.")
    return said


def aws_cli() -> Finding:
    """AWS CLI, for the lines that are typed beside `mysfits`. Version 1 is in maintenance since July 2026.

    *AWS Developer Tools Blog*, on the maintenance of AWS CLI v1; *AWS CLI User Guide*, "Installing or updating".
    """
    install = "Install version 2: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
    try:
        said = run("aws", "--version")
    except NotRun as error:
        return Finding("AWS CLI", State.WARNING, str(error), install)
    version = re.search(r"aws-cli/(\S+)", said)
    if version and int(version[1].partition(".")[0]) >= 2:
        return Finding("AWS CLI", State.GOOD, f"Version {version[1]}.")
    seen = f"Version {version[1] if version else 'unknown'}: it does what is documented here, and is in maintenance."
    return Finding("AWS CLI", State.WARNING, seen, install)


def docker() -> Finding:
    """Docker engine with BuildKit that builds for the tasks' platform, another than the engine's own if need be.

    *Amazon ECR User Guide*, "Pushing a Docker image"; Docker's pages on Buildx and on multi-platform builds.
    """
    try:
        engine = run("docker", "version", "--format", "{{.Server.Os}}/{{.Server.Arch}}")
    except NotRun as error:
        return Finding("docker", State.BAD, str(error), "Install and start Docker, or build the image in a pipeline.")
    try:
        builder = run("docker", "buildx", "inspect")
    except NotRun as error:
        repair = "Install docker-buildx: the Dockerfile mounts secrets, which BuildKit alone does."
        return Finding("docker", State.BAD, f"There is no buildx. {error}", repair)
    platforms = re.findall(r"linux/[a-z0-9/]+", builder) or [engine]
    if PLATFORM not in platforms:
        repair = "Have QEMU emulate it: docker run --privileged --rm tonistiigi/binfmt --install amd64"
        return Finding("docker", State.BAD, f"It builds {', '.join(platforms)}, and tasks are {PLATFORM}.", repair)
    return Finding("docker", State.GOOD, f"An engine answers ({engine}) and builds {PLATFORM}.")
