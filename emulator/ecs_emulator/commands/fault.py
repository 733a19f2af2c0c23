"""`fault`: a fault of a running task, made from outside."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import click

from ecs_emulator.commands import options
from ecs_emulator.commands.group import Verb
from ecs_emulator.commands.options import with_json
from ecs_emulator.ops import tasks
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.services import Named, find, short
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

# Fault to the signal that all processes of the task get.
_SIGNALS = {"kill": signal.SIGKILL, "pause": signal.SIGSTOP, "resume": signal.SIGCONT}
_ENDS = ("resume", "healthy")  # of a fault
# Fault to what is said of it.
_DONE = {
    "kill": "is killed",
    "stop": "is being stopped",
    "pause": "is paused: it answers nobody until {resume}",
    "resume": "goes on",
    "unhealthy": "fails its health checks from now on, and answers requests as before",
    "healthy": "is checked as before",
}


@click.command(cls=Verb)
@click.option("--cluster", metavar="NAME", help="The cluster; the only one needs no name.")
@click.argument("fault", type=click.Choice([*_DONE]), metavar="FAULT")
@click.argument("service", required=False)
@click.option("--task", "part", metavar="ID", help="This task, by a part of its id; else the first that runs.")
@with_json
def fault(fault: str, service: str | None, part: str | None, cluster: str | None, out: Terminal) -> None:
    """Make a FAULT of a running task of SERVICE in the emulator, to see what ECS and the load balancer make of it.

    \b
      kill       SIGKILL to its processes, as when memory runs out
      stop       ECS stops it, as an operator or a maintenance does
      pause      its processes stand still: health checks and requests time out
      resume     they go on, those of every task unless --task says one
      unhealthy  the load balancer takes its health checks for failed
      healthy    no longer so, of every task unless --task says one

    SERVICE may be a part of its name; the only service needs none. On AWS, Fault Injection Service does such things.
    """
    target = options.local(cluster)
    named = find(target, service)
    chosen = _chosen(tasks.listed(target.ecs, named), named, part, everyone=fault in _ENDS)
    for task in chosen:
        _make(target, named, task, fault)
        done = _DONE[fault].format(resume=target.typed(f"fault resume {named.short}"))
        out.say(f"Task {short(task['taskArn'])[:8]} of {named.short} {done}.")
    out.say(f"See {target.typed('status --watch')}.")
    names = [short(task["taskArn"]) for task in chosen]
    out.result(outcome="done", fault=fault, service=named.service, tasks=names)


def _chosen(running: list[TaskTypeDef], named: Named, part: str | None, everyone: bool) -> list[TaskTypeDef]:
    """The task whose id has `part` in it, or `everyone`, or the first one that runs.

    Raises Failure (NOT_FOUND, USAGE).
    """
    running = [task for task in running if task.get("lastStatus") == "RUNNING"]
    found = [task for task in running if (part or "") in short(task["taskArn"])]
    ids = ", ".join(short(task["taskArn"])[:8] for task in running)
    if not found:
        what = f"No task {part} of {named.short} runs." if part else f"No task of {named.short} runs."
        raise Failure(Outcome.NOT_FOUND, f"{what} {f'Running are: {ids}.' if ids else 'None is running.'}")
    if part and len(found) > 1:
        raise Failure(Outcome.USAGE, f"{part} may be several tasks. Running are: {ids}.")
    return found if everyone else found[:1]


def _make(target: Target, named: Named, task: TaskTypeDef, fault: str) -> None:
    # Here and not above: of most faults neither is needed.
    from ecs_emulator.experiments.processes import NoProcess, process_group
    from ecs_emulator.local import FAULT_TAG
    from ecs_emulator.scheduler import faults

    if fault == "stop":
        why = f"Stopped by {target.program.name} fault"
        target.ecs.stop_task(cluster=named.cluster, task=task["taskArn"], reason=why)
    elif fault == "unhealthy":
        target.ecs.tag_resource(resourceArn=task["taskArn"], tags=[{"key": FAULT_TAG, "value": faults.UNHEALTHY}])
    elif fault == "healthy":
        target.ecs.untag_resource(resourceArn=task["taskArn"], tagKeys=[FAULT_TAG])
    else:
        try:
            os.killpg(process_group(short(task["taskArn"])), _SIGNALS[fault])
        except (NoProcess, ProcessLookupError) as error:
            raise Failure(
                Outcome.NOT_FOUND,
                f"There is no process of the task {short(task['taskArn'])[:8]} here. One in a container gets "
                f"`docker kill`, `pause` and `unpause`.",
            ) from error
