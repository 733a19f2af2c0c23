"""`mysfits doctor`: what has to be true before the platform is run here or deployed on AWS."""

from __future__ import annotations

import os

import click

from ecs_emulator.commands import options
from ecs_emulator.commands.group import program
from ecs_emulator.commands.options import assignments, with_json
from ecs_emulator.doctor.findings import judge, show
from ecs_emulator.ops.terminal import Terminal
from ops.conventions import outputs_so_far
from ops.stacks.listing import StackListing, settings


@click.command()
@click.option("--aws", "on_aws", is_flag=True, help="Look at the AWS account of the environment, not at this machine.")
@click.option("--docker", is_flag=True, help="Look at the Docker engine, too, for `mysfits up --docker`.")
@click.option("--assembly", metavar="NAME", help="With --aws: the services that are to be deployed, as for `deploy`.")
@click.option("--set", "said", metavar="K=V", multiple=True, callback=assignments,
              help="With --aws: a parameter that is to be deployed, as for `deploy`.")  # fmt: skip
@with_json
def doctor(on_aws: bool, docker: bool, assembly: str | None, said: dict[str, str], out: Terminal) -> None:
    """Look at this machine before `mysfits up`, or with --aws at the account before `mysfits deploy --aws`.

    Each finding that is bad has its repair beside it. Nothing is changed.
    """
    # Here and not above: the other commands start faster without an emulator.
    if on_aws:
        if docker:
            raise click.UsageError("--docker is about the rehearsal; --aws looks at the Docker that builds the image.")
        from ops.doctor.aws import Doctor, outcome

        listed = StackListing(assembly)
        target = options.aws(outputs=outputs_so_far)
        findings = show(out, Doctor(target, listed, listed.meant, settings(said, listed.meant)).all())
        judge(out, findings, outcome(findings))
        return
    if assembly or said:
        raise click.UsageError("--assembly and --set are about AWS; say --aws.")
    from ecs_emulator.doctor.machine import PORTS, machine

    judge(out, show(out, machine(program().folder, {"SITE_PORT": 8080, **PORTS}, os.environ, docker)))
