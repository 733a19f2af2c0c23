"""Standalone task: one command with a service's image, settings and network, followed to its exit code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from ecs_emulator.ops import revisions, tasks
from ecs_emulator.ops.logs import worded
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.services import Named, describe, short
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from ecs_emulator.ops.waiting import going_on, rounds

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef

LATE = 5.0  # seconds in which the last log lines may still come


def run(
    target: Target, named: Named, command: Sequence[str], reference: str | None, timeout: float, out: Terminal
) -> int:
    """Run `command` and show its log lines; its exit code. Raises Failure (FAILED, TIMED_OUT)."""
    service = describe(target.ecs, named)
    family = short(service["taskDefinition"]).partition(":")[0]
    definition = revisions.existing(target.ecs, family, reference or service["taskDefinition"])
    revision = definition["taskDefinitionArn"]
    container = revisions.main_container(service, definition)
    answer = target.ecs.run_task(
        cluster=named.cluster,
        taskDefinition=revision,
        count=1,
        startedBy=f"{target.program.name}/run-task",
        overrides={"containerOverrides": [{"name": container, "command": list(command)}]},
        **cast("Any", like(service)),
    )
    if not answer["tasks"]:
        reasons = "; ".join(each.get("reason", "no reason given") for each in answer.get("failures", []))
        raise Failure(Outcome.FAILED, f"ECS did not start the task: {reasons}")
    arn = answer["tasks"][0]["taskArn"]
    out.say(f"Task {short(arn)} of {short(revision)} …")
    lines = _Lines(target, definition["taskDefinitionArn"], short(arn), out)
    stop = target.aws_cli(f"ecs stop-task --cluster {named.cluster} --task {short(arn)}")
    see = target.typed(f"logs --task {short(arn)}")
    pause, late = (1.0, LATE) if target.on_aws else (0.3, 1.0)
    with going_on(out, f"The task goes on. See {see}; stop it with `{stop}`."):
        for seconds in rounds(timeout, pause):
            found = target.ecs.describe_tasks(cluster=named.cluster, tasks=[arn])["tasks"]
            lines.show()
            if found and found[0].get("lastStatus") == "STOPPED":
                for _ in rounds(late, pause):
                    lines.show()
                return _ended(found[0], container, lines.shown, round(seconds, 1), out)
    raise Failure(
        Outcome.TIMED_OUT, f"Task {short(arn)} has not ended after {timeout:.0f} s; it goes on. Stop it with `{stop}`."
    )


def like(service: ServiceTypeDef) -> dict[str, Any]:
    """Launch type and network of the service's tasks, as RunTask takes it."""
    found: dict[str, Any] = {
        name: service[name]
        for name in ("networkConfiguration", "platformVersion", "launchType", "capacityProviderStrategy")
        if service.get(name)
    }
    if "capacityProviderStrategy" in found:  # one excludes the other
        found.pop("launchType", None)
    return found


def _ended(task: TaskTypeDef, container: str, shown: list[str], seconds: float, out: Terminal) -> int:
    codes = [each.get("exitCode") for each in task.get("containers", []) if each.get("name") == container]
    code = codes[0] if codes else None
    facts = {"task": short(task["taskArn"]), "exit_code": code, "lines": shown, "seconds": seconds}
    if code is None:
        raise Failure(Outcome.FAILED, f"The task never ran: {tasks.reason(task)}", **facts)
    out.say(f"Task {short(task['taskArn'])} ended with exit code {code} after {seconds} s.")
    out.result(outcome="done" if code == 0 else "failed", **facts)
    return int(code)


class _Lines:
    """The log lines of one task, each shown once."""

    def __init__(self, target: Target, revision: str, task_id: str, out: Terminal) -> None:
        self._logs = target.logs
        self._out = out
        self._streams = tasks.log_streams(target, revision, task_id)
        self._tokens: dict[str, str] = {}
        self.shown: list[str] = []

    def show(self) -> None:
        for group, stream in self._streams:
            more: Any = {"nextToken": self._tokens[stream]} if stream in self._tokens else {}
            try:
                page = self._logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True, **more)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceNotFoundException":
                    raise
                continue  # nothing was written yet
            self._tokens[stream] = page["nextForwardToken"]
            for event in page["events"]:
                self.shown.append(event["message"].rstrip("\n"))
                self._out.say(f"  | {worded(self.shown[-1])}")
