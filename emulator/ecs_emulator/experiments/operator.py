"""Operator of a drill: acts through the AWS endpoint, except for signals to the processes of a task."""

from __future__ import annotations

import json
import os
import re
import signal
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from ecs_emulator.experiments.processes import process_group
from ecs_emulator.experiments.record import Trouble
from ecs_emulator.ops import revisions, tasks
from ecs_emulator.ops.events import event_text
from ecs_emulator.ops.logs import worded
from ecs_emulator.ops.services import Named, describe, short
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.tasks import Death, set_fault

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

LAST_LINES = 3
MOST_DEATHS = 20
MOST_EVENTS = 5
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
_NO_GOOD = re.compile(r"unhealthy|failed|unable|rolling back|could not")


class HealthCheck(NamedTuple):
    """`threshold` failed checks in a row take a target out; `interval` is in seconds of AWS."""

    path: str
    threshold: int
    interval: float


class Operator:
    """Works on one service."""

    def __init__(self, target: Target, named: Named) -> None:
        self._target = target
        self._ecs = target.ecs
        self._named = named
        self._group_arn: str | None = None

    def service(self) -> ServiceTypeDef:
        return describe(self._ecs, self._named)

    def register(self, tag: str | None = None, settings: Mapping[str, str] | None = None) -> str:
        """The next revision of what the service runs: with another image, other settings; as `family:number`."""
        service = self.service()
        definition = revisions.read(self._ecs, service["taskDefinition"])
        container = revisions.main_container(service, definition)
        return short(revisions.register(self._ecs, revisions.changed(definition, container, tag, settings or {})))

    def update(self, **changes: Any) -> None:
        """UpdateService. Of `deploymentConfiguration` only what is given changes."""
        if "deploymentConfiguration" in changes:
            current: Any = self.service()["deploymentConfiguration"]
            changes["deploymentConfiguration"] = current | changes["deploymentConfiguration"]
        self._ecs.update_service(cluster=self._named.cluster, service=self._named.service, **changes)

    def kill(self, task_id: str) -> None:
        """SIGKILL to all processes of a task. Raises NoProcess."""
        os.killpg(process_group(task_id), signal.SIGKILL)

    def stop(self, task_id: str) -> None:
        """StopTask."""
        self._ecs.stop_task(cluster=self._named.cluster, task=task_id, reason="Stopped by a drill")

    def make_fault(self, task_id: str, fault: str | None) -> None:
        """Give a task one of `faults.FAULTS`, or none any more."""
        [task] = self._ecs.describe_tasks(cluster=self._named.cluster, tasks=[task_id])["tasks"]
        set_fault(self._ecs, task["taskArn"], fault)

    def signal(self, task_id: str, number: signal.Signals) -> None:
        """A signal to the first process of a task, as `docker kill --signal` gives it. Raises NoProcess."""
        os.kill(process_group(task_id), number)

    def deaths(self, revision: str) -> list[Death]:
        """The task of a revision that died last, why, and what it said last."""
        found = tasks.deaths(self._target, self._named, revision, most=1)
        return [replace(death, lines=death.lines[-LAST_LINES:]) for death in found]

    def troubles(self) -> list[Trouble]:
        """Troubles of the service: why wanted tasks of each revision stopped, and the latest events of that kind."""
        deaths = tasks.deaths(self._target, self._named, most=MOST_DEATHS)
        counts = Counter((death.revision, death.reason) for death in deaths)
        found = []
        for death in reversed(deaths):
            if count := counts.pop((death.revision, death.reason), 0):
                found.append(Trouble(death.revision, f"{count} × {death.revision}: {event_text(death.reason)}"))
                found += [Trouble(death.revision, f"  | {worded(line)}") for line in death.lines[-LAST_LINES:]]
        events = [event_text(event["message"]) for event in self.service().get("events", [])]
        bad = list(dict.fromkeys(text for text in events if _NO_GOOD.search(text)))[:MOST_EVENTS]
        return found + [Trouble("", text) for text in reversed(bad)]

    def requests(self, task_id: str, since: float) -> list[tuple[float, dict[str, Any]]]:
        """The requests that a task has logged from `since` on, each with its time (seconds since the epoch).

        It logs JSON, of a request its `time` (ISO 8601), `path` and `status`.
        """
        found = []
        for group, stream in tasks.log_streams(self._target, self.service()["taskDefinition"], task_id):
            for page in self._target.logs.get_paginator("filter_log_events").paginate(
                logGroupName=group, logStreamNames=[stream], startTime=int(since * 1000)
            ):
                found += [_fields(event["message"]) for event in page["events"]]
        # By the application's clock: the log driver adds its own time when it reads the line.
        events = [(datetime.fromisoformat(each["time"]).timestamp(), each) for each in found if "path" in each]
        return sorted(events, key=lambda each: each[0])

    def health_check(self) -> HealthCheck:
        """Health check settings of the service's targets."""
        found = self._target.elbv2.describe_target_groups(TargetGroupArns=[self._group()])["TargetGroups"][0]
        return HealthCheck(
            found["HealthCheckPath"], found["UnhealthyThresholdCount"], found["HealthCheckIntervalSeconds"]
        )

    def targets(self) -> list[str]:
        """The state of every target."""
        found = self._target.elbv2.describe_target_health(TargetGroupArn=self._group())
        return [each["TargetHealth"]["State"] for each in found["TargetHealthDescriptions"]]

    def _group(self) -> str:
        if self._group_arn is None:
            self._group_arn = self.service()["loadBalancers"][0]["targetGroupArn"]
        return self._group_arn


def _fields(message: str) -> dict[str, Any]:
    try:
        event = json.loads(message)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
