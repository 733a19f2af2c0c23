"""Tasks of a service: which run, which died, of what, and what they said last."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ecs_emulator.local import FAULT_TAG, PLACEHOLDER_TAG
from ecs_emulator.ops import revisions
from ecs_emulator.ops.events import event_text
from ecs_emulator.ops.logs import worded
from ecs_emulator.ops.services import Named, short
from ecs_emulator.ops.target import Target
from ecs_emulator.visible import visible_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mypy_boto3_ecs.client import ECSClient
    from mypy_boto3_ecs.literals import DesiredStatusType
    from mypy_boto3_ecs.type_defs import ContainerTypeDef, NetworkBindingTypeDef, TaskTypeDef
    from mypy_boto3_elbv2.type_defs import TargetDescriptionTypeDef

LAST_LINES = 10


@dataclass(frozen=True)
class Death:
    """A task that has ended: why, as ECS says it, and its last log lines."""

    task: str
    revision: str
    reason: str
    lines: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        return asdict(self) | {"lines": list(self.lines)}

    def summary(self) -> list[str]:
        """Lines for people."""
        return [
            visible_line(f"  task {self.task[:8]} of {self.revision}: {event_text(self.reason)}"),
            *(visible_line(f"    | {worded(line)}") for line in self.lines),
        ]


class Reasons:
    """Reasons of deaths that people were told: of a crash loop each is told once, with the last lines of one task."""

    def __init__(self) -> None:
        self._told: set[tuple[str, bool]] = set()

    def lines(self, death: Death) -> list[str]:
        """Lines for people on the next death."""
        # Its lines may come later than its end: they are told once as well.
        known = (death.reason, bool(death.lines))
        if known in self._told:
            return [f"  task {death.task[:8]} of {death.revision}: the same"]
        self._told |= {known, (death.reason, False)}
        return death.summary()


def listed(
    ecs: ECSClient, named: Named, status: DesiredStatusType = "RUNNING", family: str | None = None
) -> list[TaskTypeDef]:
    """The service's tasks that are meant to run, or those that were stopped (ECS keeps them for about an hour).

    With `family`, the tasks of a family of task definitions instead: the service itself may be gone.
    """
    selection: Any = {"family": family} if family else {"serviceName": named.service}
    pages = ecs.get_paginator("list_tasks").paginate(cluster=named.cluster, desiredStatus=status, **selection)
    arns = [arn for page in pages for arn in page["taskArns"]]
    found: list[TaskTypeDef] = []
    for start in range(0, len(arns), 100):
        found += ecs.describe_tasks(cluster=named.cluster, tasks=arns[start : start + 100], include=["TAGS"])["tasks"]
    return found


def set_fault(ecs: ECSClient, arn: str, fault: str | None) -> None:
    """Have the emulator give a task a fault (a value of the tag), or end the one that it has."""
    if fault:
        ecs.tag_resource(resourceArn=arn, tags=[{"key": FAULT_TAG, "value": fault}])
    else:
        ecs.untag_resource(resourceArn=arn, tagKeys=[FAULT_TAG])


def stood_in(tasks: Iterable[TaskTypeDef]) -> list[str]:
    """Containers that a placeholder of the emulator stands in for."""
    tags = [each for task in tasks for each in task.get("tags", []) if each.get("key") == PLACEHOLDER_TAG]
    return sorted({name for each in tags for name in each.get("value", "").split()})


def address(task: TaskTypeDef) -> str:
    """The task's private IPv4 address; empty before it has one."""
    for attachment in task.get("attachments", []):
        for detail in attachment.get("details", []):
            if detail.get("name") == "privateIPv4Address":
                return detail.get("value", "")
    for container in task.get("containers", []):
        for interface in container.get("networkInterfaces", []):
            if "privateIpv4Address" in interface:
                return interface["privateIpv4Address"]
    return ""


def is_target(task: TaskTypeDef, target: TargetDescriptionTypeDef) -> bool:
    """True when a target is one of the task's: by its address, or on a container instance by the port of its host."""
    if own := address(task):
        return target["Id"] == own
    ports = {each.get("hostPort") for container in task.get("containers", []) for each in _bindings(container)}
    return target.get("Port") in ports


def _bindings(container: ContainerTypeDef) -> Sequence[NetworkBindingTypeDef]:
    return container.get("networkBindings", [])


def reason(task: TaskTypeDef) -> str:
    """Reason of a task's stop: ECS's word, and the containers' exit codes and reasons."""
    said = [task.get("stoppedReason", "") or task.get("stopCode", "")]
    for container in task.get("containers", []):
        parts = [f"exit code {container['exitCode']}"] if "exitCode" in container else []
        if container.get("exitCode") == 137:
            parts[0] += " (SIGKILL: out of memory, not ended within its stopTimeout, or killed from outside)"
        # Of an image that cannot be pulled the task and the container say the same.
        parts += [container["reason"]] if container.get("reason") not in (None, "", *said) else []
        if parts:
            said.append(f"{container.get('name', 'container')}: {', '.join(parts)}")
    return "; ".join(part for part in said if part) or "no reason given"


def is_orderly(task: TaskTypeDef) -> bool:
    """True when a task was stopped because it was no longer wanted, which is no death to be told."""
    reason = task.get("stoppedReason", "").lower()
    orderly = task.get("stopCode") == "ServiceSchedulerInitiated" and "health" not in reason and "failed" not in reason
    return orderly or task.get("stopCode") == "UserInitiated"


def deaths(
    target: Target, named: Named, revision: str | None = None, known: Sequence[str] = (), most: int = 5
) -> list[Death]:
    """The latest tasks that died, newest first, without those whose ARN is `known`; only of `revision` if given."""
    family = short(revision).partition(":")[0] if revision else None
    stopped = [
        task
        for task in listed(target.ecs, named, "STOPPED", family)
        if task["taskArn"] not in known
        and not is_orderly(task)
        and (revision is None or short(task["taskDefinitionArn"]) == short(revision))
    ]
    stopped.sort(key=lambda task: str(task.get("stoppedAt") or task.get("createdAt") or ""), reverse=True)
    return [
        Death(
            short(task["taskArn"]),
            short(task["taskDefinitionArn"]),
            reason(task),
            tuple(last_lines(target, task["taskDefinitionArn"], short(task["taskArn"]))),
        )
        for task in stopped[:most]
    ]


def last_lines(target: Target, revision: str, task_id: str, most: int = LAST_LINES) -> list[str]:
    """The last log lines of a task whose containers use `awslogs`; none when it wrote none."""
    lines: list[tuple[int, str]] = []
    logs = target.logs
    for group, stream in log_streams(target, revision, task_id):
        try:
            answer = logs.get_log_events(logGroupName=group, logStreamName=stream, limit=most, startFromHead=False)
        except ClientError:  # it never wrote, or we may not read: the reason has to do
            continue
        lines += [(event["timestamp"], event["message"].rstrip("\n")) for event in answer["events"]]
    return [line for _, line in sorted(lines, key=lambda each: each[0])[-most:]]


def log_streams(target: Target, revision: str, task_id: str) -> list[tuple[str, str]]:
    """(group, stream) for every container of a task, as the `awslogs` driver names them.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
    """
    try:
        definition = revisions.read(target.ecs, revision)
    except ClientError:
        return []
    return [
        (options["awslogs-group"], f"{options['awslogs-stream-prefix']}/{container}/{task_id}")
        for container, options in awslogs(definition)
        if "awslogs-stream-prefix" in options
    ]


def awslogs(definition: revisions.Definition) -> list[tuple[str, dict[str, str]]]:
    """Name and log options of each container that has the driver."""
    return [
        (container["name"], container["logConfiguration"].get("options", {}))
        for container in definition["containerDefinitions"]
        if container.get("logConfiguration", {}).get("logDriver") == "awslogs"
    ]
