"""`fault`: a fault of a running task, made from outside."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import click

from ecs_emulator.commands import options
from ecs_emulator.commands.group import Verb
from ecs_emulator.commands.options import with_json
from ecs_emulator.local import FAULT_TAG
from ecs_emulator.ops import tasks
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.services import Named, find, short
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

# Fault to the signal that all processes of the task get.
_SIGNALS = {"kill": signal.SIGKILL, "pause": signal.SIGSTOP, "resume": signal.SIGCONT}
_TAGS = {"unhealthy": "unhealthy", "slow": "slow", "cut-off": "cut-off", "healthy": None}  # fault to its tag's value
_ENDS = ("resume", "healthy")  # of a fault
# Fault to what is said of it.
_DONE = {
    "kill": "is killed",
    "stop": "is being stopped",
    "pause": "is paused: it answers nobody until {resume}",
    "resume": "goes on",
    "unhealthy": "fails its health checks from now on, and answers requests as before",
    "slow": "is reached a second late from now on, by health checks too",
    "cut-off": "is reached by no request and no health check from now on; what it asks for itself is answered",
    "healthy": "is reached and checked as before",
}


@click.command(cls=Verb)
@click.option("--cluster", metavar="NAME", help="The cluster; the only one needs no name.")
@click.argument("fault", type=click.Choice([*_DONE]), metavar="FAULT")
@click.argument("service", required=False)
@click.option(
    "--task", "part", metavar="ID", help="This task, by a part of its id; else the first that runs without the fault."
)
@with_json
def fault(fault: str, service: str | None, part: str | None, cluster: str | None, out: Terminal) -> None:
    """Make a FAULT of a running task of SERVICE in the emulator, to see what ECS and the load balancer make of it.

    \b
      kill       SIGKILL to its processes
      stop       ECS stops it, as an operator or a maintenance does
      pause      its processes stand still: health checks and requests time out
      resume     they go on, those of every task unless --task says one
      unhealthy  the load balancer takes its health checks for failed
      slow       the load balancer reaches it a second late
      cut-off    the load balancer reaches it no more
      healthy    none of these three, of every task unless --task says one

    SERVICE may be a part of its name; the only service needs none. On AWS, Fault Injection Service does such things.
    """
    target = options.local(cluster)
    named = find(target, service)
    chosen = _chosen(tasks.listed(target.ecs, named), named, part)
    if not part and fault not in _ENDS:
        chosen = [_first_without(target, named, chosen, fault)]
    else:
        for task in chosen:
            _make(target, named, task, fault)
    for task in chosen:
        done = _DONE[fault].format(resume=target.typed(f"fault resume {named.short}"))
        out.say(f"Task {short(task['taskArn'])[:8]} of {named.short} {done}.")
    out.say(f"See {target.typed('status --watch')}.")
    names = [short(task["taskArn"]) for task in chosen]
    out.result(outcome="done", fault=fault, service=named.service, tasks=names)


def _chosen(running: list[TaskTypeDef], named: Named, part: str | None) -> list[TaskTypeDef]:
    """The task whose id has `part` in it, or every one that runs.

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
    return found


def _first_without(target: Target, named: Named, running: list[TaskTypeDef], fault: str) -> TaskTypeDef:
    """The first task that has not got the fault, which it has then. Raises Failure (NOT_FOUND, USAGE)."""
    gone: Failure | None = None
    for task in running:
        if fault in _TAGS and _tag(target, task) == _TAGS[fault]:
            continue
        if fault == "pause" and _stands_still(task):
            continue
        try:
            _make(target, named, task, fault)
        except Failure as failure:  # it has just ended, or is in a container
            gone = failure
            continue
        return task
    if gone:
        raise gone
    raise Failure(Outcome.USAGE, f"Each running task of {named.short} {_DONE[fault].partition(':')[0]} already.")


def _tag(target: Target, task: TaskTypeDef) -> str | None:
    tags = target.ecs.list_tags_for_resource(resourceArn=task["taskArn"])["tags"]
    return next((each.get("value") for each in tags if each.get("key") == FAULT_TAG), None)


def _stands_still(task: TaskTypeDef) -> bool:
    from ecs_emulator.experiments.processes import NoProcess, is_stopped

    try:
        return is_stopped(short(task["taskArn"]))
    except NoProcess:
        return False


def _make(target: Target, named: Named, task: TaskTypeDef, fault: str) -> None:
    """Raises Failure (NOT_FOUND) where its processes are not here."""
    # Here and not above: of most faults neither is needed.
    from ecs_emulator.experiments.processes import NoProcess, process_group

    if fault == "stop":
        why = f"Stopped by {target.program.name} fault"
        target.ecs.stop_task(cluster=named.cluster, task=task["taskArn"], reason=why)
    elif fault in _TAGS:
        tasks.set_fault(target.ecs, task["taskArn"], _TAGS[fault])
    else:
        try:
            os.killpg(process_group(short(task["taskArn"])), _SIGNALS[fault])
        except (NoProcess, ProcessLookupError) as error:
            raise Failure(
                Outcome.NOT_FOUND,
                f"There is no process of the task {short(task['taskArn'])[:8]} here. One in a container gets "
                f"`docker kill`, `pause` and `unpause`.",
            ) from error
