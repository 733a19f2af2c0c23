"""`doctor`: whether an emulator would start on this machine, and what to do where it would not."""

from __future__ import annotations

import os

import click

from ecs_emulator.commands.group import Verb, program
from ecs_emulator.commands.options import with_json
from ecs_emulator.doctor.findings import judge, show
from ecs_emulator.ops.terminal import Terminal


@click.command(cls=Verb)
@click.option("--docker", is_flag=True, help="Look at the Docker engine, too, for `ecs-emulator up --docker`.")
@with_json
def doctor(docker: bool, out: Terminal) -> None:
    """Look at this machine before `ecs-emulator up`: system, Python, Envoy, ports, folder, disk. Nothing is changed."""
    from ecs_emulator.doctor.machine import PORTS, machine

    judge(out, show(out, machine(program().folder, PORTS, os.environ, docker)))
