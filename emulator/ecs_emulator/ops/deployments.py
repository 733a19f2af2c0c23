"""Service deployments: begin one, and follow that one to its end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecs_emulator.ops import tasks
from ecs_emulator.ops.events import event_text
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.services import Named, describe, has_circuit_breaker, short
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.tasks import Death, Reasons
from ecs_emulator.ops.terminal import Terminal
from ecs_emulator.ops.waiting import rounds

if TYPE_CHECKING:
    from mypy_boto3_ecs.client import ECSClient
    from mypy_boto3_ecs.type_defs import ServiceDeploymentBriefTypeDef, ServiceDeploymentTypeDef

LOOP = 3  # deaths of one deployment that are no accident any more
UNDER_WAY = ("PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")
ENDED = {
    "SUCCESSFUL": Outcome.DONE,
    "STOPPED": Outcome.FAILED,
    "ROLLBACK_SUCCESSFUL": Outcome.ROLLED_BACK,
    "ROLLBACK_FAILED": Outcome.FAILED,
}


@dataclass(frozen=True)
class End:
    """End of a deployment: ECS's state, its reasons, and the tasks that died meanwhile."""

    deployment: str
    status: str
    reason: str
    seconds: float
    deaths: tuple[Death, ...]

    @property
    def outcome(self) -> Outcome:
        return ENDED[self.status]


def history(ecs: ECSClient, named: Named) -> list[ServiceDeploymentBriefTypeDef]:
    """The service's deployments of the last ninety days, newest first.

    ECS promises no order: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html
    """
    found: list[ServiceDeploymentBriefTypeDef] = []
    token: dict[str, str] = {}
    while True:
        page: Any = ecs.list_service_deployments(cluster=named.cluster, service=named.service, **token)  # type: ignore[arg-type]
        found += page["serviceDeployments"]
        if not page.get("nextToken"):
            return sorted(found, key=lambda each: each["createdAt"], reverse=True)
        token = {"nextToken": page["nextToken"]}


def under_way(ecs: ECSClient, named: Named) -> ServiceDeploymentBriefTypeDef | None:
    """The deployment that has not ended yet."""
    return next((each for each in history(ecs, named) if each.get("status") in UNDER_WAY), None)


def revision_of(ecs: ECSClient, service_revision: str) -> str:
    """The ARN of the task definition in a service revision; empty when ECS no longer knows it."""
    found = ecs.describe_service_revisions(serviceRevisionArns=[service_revision])["serviceRevisions"]
    return found[0].get("taskDefinition", "") if found else ""


def completed(ecs: ECSClient, named: Named, other_than: str) -> str | None:
    """The task definition of the last deployment that succeeded with another one than `other_than`."""
    for each in history(ecs, named):
        if each.get("status") == "SUCCESSFUL":
            revision = revision_of(ecs, each["targetServiceRevisionArn"])
            if revision and revision != other_than:
                return revision
    return None


def known(ecs: ECSClient, named: Named) -> set[str]:
    """The ARNs of the deployments so far: what is not among them later is new."""
    return {each["serviceDeploymentArn"] for each in history(ecs, named)}


class Follower:
    """Watches one service until a deployment has ended, and says what is new meanwhile."""

    def __init__(self, target: Target, named: Named, out: Terminal) -> None:
        self._target = target
        self._named = named
        self._out = out
        self._ecs = target.ecs
        self._pause = 2.0 if target.on_aws else 0.3
        self._revisions: dict[str, str] = {}
        self._said = ""
        self._events = {event["id"] for event in describe(self._ecs, named).get("events", [])}
        self._stopped = [task["taskArn"] for task in tasks.listed(self._ecs, named, "STOPPED")]
        self._deaths: list[Death] = []
        self._reasons = Reasons()
        self._loop = ""  # a sentence, once it is one that only an operator ends

    def follow(self, revision: str, timeout: float, deployment: str = "", before: Collection[str] = ()) -> End:
        """Until `deployment` has ended, or the first one to `revision` that is not among those `before`.

        Raises Failure (TIMED_OUT).
        """
        for seconds in rounds(timeout, self._pause):
            deployment = deployment or self._new(revision, before)
            if not deployment:
                continue
            found = self._ecs.describe_service_deployments(serviceDeploymentArns=[deployment])["serviceDeployments"]
            if not found:
                continue
            self._tell(found[0], revision)
            if (status := found[0].get("status", "")) in ENDED:
                return End(deployment, status, _reason(found[0]), round(seconds, 1), tuple(self._deaths))
        raise Failure(
            Outcome.TIMED_OUT,
            f"The deployment of {short(revision)} has not ended after {timeout:.0f} s; it goes on without us. "
            f"See {self._target.typed('status --watch')}. {self._loop}".rstrip(),
            deployment=deployment,
            deaths=[death.facts() for death in self._deaths],
        )

    def _new(self, revision: str, before: Collection[str]) -> str:
        for each in history(self._ecs, self._named):
            arn = each["serviceDeploymentArn"]
            if arn in before:
                continue
            if self._revision(each["targetServiceRevisionArn"]) == short(revision):
                return arn
        return ""

    def _revision(self, service_revision: str) -> str:
        if service_revision not in self._revisions:
            self._revisions[service_revision] = short(revision_of(self._ecs, service_revision))
        return self._revisions[service_revision]

    def _tell(self, deployment: ServiceDeploymentTypeDef, revision: str) -> None:
        service = describe(self._ecs, self._named)
        for event in reversed(service.get("events", [])):
            if event["id"] not in self._events:
                self._events.add(event["id"])
                self._out.say(f"  {event['createdAt']:%H:%M:%S}  {event_text(event['message'])}")
        for death in tasks.deaths(self._target, self._named, revision, self._stopped):
            if death.task not in {each.task for each in self._deaths}:
                self._deaths.append(death)
                for line in self._reasons.lines(death):
                    self._out.say(line)
        said = self._line(deployment)
        if said != self._said:
            self._said = said
            self._out.say(said)
        if not self._loop and len(self._deaths) >= LOOP and not has_circuit_breaker(service):
            back = self._target.typed(f"rollback {self._named.short}")
            self._loop = f"Tasks die again and again, and no deployment circuit breaker will end this: {back} does."
            self._out.say(self._loop)

    def _line(self, deployment: ServiceDeploymentTypeDef) -> str:
        parts = []
        target = deployment.get("targetServiceRevision")
        sources = deployment.get("sourceServiceRevisions", [])
        for each in [target, *sources] if target else sources:
            starting = f", {each['pendingTaskCount']} starting" if each.get("pendingTaskCount") else ""
            parts.append(f"{self._revision(each['arn'])}: {each.get('runningTaskCount', 0)} running{starting}")
        failed = (deployment.get("deploymentCircuitBreaker") or {}).get("failureCount", 0)
        failures = f"; {failed} failed" if failed else ""
        return f"{deployment.get('status')}  {'; '.join(parts)}{failures}"


def _reason(deployment: ServiceDeploymentTypeDef) -> str:
    alarms = (deployment.get("alarms") or {}).get("triggeredAlarmNames", [])
    reasons = [
        deployment.get("statusReason", ""),
        (deployment.get("rollback") or {}).get("reason", ""),
        f"alarms: {', '.join(alarms)}" if alarms else "",
    ]
    return " ".join(dict.fromkeys(part for part in reasons if part)) or "ECS gives no reason."
