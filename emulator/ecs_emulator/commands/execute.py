"""`exec`: a command in a task that runs."""

from __future__ import annotations

import shlex

import click

from ecs_emulator.commands import options
from ecs_emulator.commands.group import Verb
from ecs_emulator.ops import revisions, tasks
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.services import Named, describe, find, short
from ecs_emulator.ops.session import Session
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import aside, put_output


# What follows the first word of the command is the command's.
@click.command(name="exec", cls=Verb, context_settings={"allow_interspersed_args": False})
@click.option("--cluster", metavar="NAME", help="The cluster; the only one needs no name.")
@click.option("--service", help="The service whose task it is; the only one needs no name.")
@click.option("--task", "part", metavar="ID", help="This task, by a part of its id; else the first that runs.")
@click.option("--container", metavar="NAME", help="Another container than the one that the load balancer talks to.")
@click.argument("command", nargs=-1)
def execute(
    cluster: str | None, service: str | None, part: str | None, container: str | None, command: tuple[str, ...]
) -> None:
    """Run COMMAND, else a shell, in a container that runs: in its folder and with its variables.

    As on AWS, ECS Exec has to be enabled when the task starts: by EnableExecuteCommand of its service, and with a task
    role. The AWS CLI's own command does the same where the plugin of the Session Manager is installed.
    """
    target = options.local(cluster)
    named = find(target, service)
    task = _task(target, named, part)
    if container is None:
        definition = revisions.read(target.ecs, describe(target.ecs, named)["taskDefinition"])
        container = revisions.main_container(describe(target.ecs, named), definition)
    answer = target.ecs.execute_command(
        cluster=named.cluster, task=task, container=container, interactive=True,
        command=shlex.join(command) if command else "/bin/sh",
    )  # fmt: skip
    session = answer["session"]
    aside(f"Session {session['sessionId']} in {container} of the task {short(task)[:8]}")
    try:
        why = Session({"streamUrl": session["streamUrl"], "tokenValue": session["tokenValue"]}, put_output).run()
    except OSError as error:
        raise Failure(Outcome.FAILED, f"The session has ended: {error}") from error
    if why:
        raise Failure(Outcome.FAILED, why)


def _task(target: Target, named: Named, part: str | None) -> str:
    """ARN of the task whose id has `part` in it, or of the first one that runs. Raises Failure (NOT_FOUND)."""
    running = [each for each in tasks.listed(target.ecs, named) if each.get("lastStatus") == "RUNNING"]
    found = [each["taskArn"] for each in running if (part or "") in short(each["taskArn"])]
    if not found:
        there = ", ".join(short(each["taskArn"])[:8] for each in running) or "none"
        raise Failure(Outcome.NOT_FOUND, f"No task {part or ''} of {named.short} runs. Running are: {there}.")
    return found[0]
