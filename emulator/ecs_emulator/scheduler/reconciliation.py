"""Reconciliation of one service at one moment: observe its tasks, then take the next actions of its rollout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ecs_emulator.clock import Clock
from ecs_emulator.scheduler import outcome, rules
from ecs_emulator.scheduler.arns import Arns
from ecs_emulator.scheduler.conditions import HEALTHY, PENDING, UNHEALTHY, complaint, condition
from ecs_emulator.scheduler.deployments import FAILED, Deployment
from ecs_emulator.scheduler.rollout import Action, Counts, blocked, plan
from ecs_emulator.scheduler.services import Service
from ecs_emulator.scheduler.tasks import Balanced, Outside, Task

ByHealth = dict[str, list[Task]]


def reconcile(service: Service, now: float, outside: Outside, arns: Arns) -> list[Task]:
    """The tasks that are made now."""
    if service.status == "INACTIVE":
        return []
    _observe(service, now, outside)
    outcome.move_on(service)
    found = {id(each): _by_health(service, each, now, outside) for each in service.deployments}
    counts = [_counts(service, each, found[id(each)], now, outside) for each in service.deployments]
    leaving = len(service.leaving())
    actions = plan(counts, service.minimum, service.maximum, leaving, service.halted)
    for deployment, action in zip(service.deployments, actions, strict=True):
        _stop(service, deployment, found[id(deployment)], action, now, outside)
    started = []
    for deployment, action in zip(service.deployments, actions, strict=True):
        started += _start(service, deployment, action.start, now, outside, arns)
    if blocked(counts, actions, leaving) and not service.said_blocked:
        service.said_blocked = True
        service.events.blocked()
    outcome.conclude(service, settled=_settled(service, counts, actions, leaving))
    return started


def _observe(service: Service, now: float, outside: Outside) -> None:
    news = [(task, task.advance(now, outside)) for task in service.tasks]
    for deployment in service.deployments:
        mine = [(task, what) for task, what in news if task.deployment is deployment]
        registered = Counter(group for task, what in mine if what == "registered" for group, _ in task.registered)
        for group, count in registered.items():
            service.events.registered(count, group, _task_set(service, deployment))
        died = [task for task, what in mine if what == "died"]
        _say_deregistered(service, deployment, died)
        for task in died:
            if not task.served:
                _count_failure(deployment, now)
    service.tasks = [task for task in service.tasks if not task.gone]


def _by_health(service: Service, deployment: Deployment, now: float, outside: Outside) -> ByHealth:
    grace = service.options.get("healthCheckGracePeriodSeconds", 0)
    found: ByHealth = {HEALTHY: [], PENDING: [], UNHEALTHY: []}
    for task in service.of(deployment):
        state = condition(task, grace, now, outside)
        found[state].append(task)
        if state == HEALTHY and not task.served:
            task.served = True
            deployment.failed_in_a_row, deployment.impaired = 0, False
            if service.breaker.get("resetOnHealthyTask", True):
                deployment.failed = 0
        if state == UNHEALTHY and not task.said_unhealthy:
            group, reason = complaint(task, outside)
            port = next((each.port for each in task.balanced if each.group == group), 0)
            if group:
                service.events.unhealthy(task.id, port, group, reason)
            else:
                service.events.failed_checks(task.id)
        task.said_unhealthy = state == UNHEALTHY
    return found


def _counts(service: Service, deployment: Deployment, found: ByHealth, now: float, outside: Outside) -> Counts:
    primary = deployment is service.primary
    may_start = deployment.rollout_state != FAILED and (primary or deployment.completed_before)
    if may_start and not outcome.watched(service, deployment):
        waits = outside.clock.shortened(rules.delay(deployment.failed_in_a_row))
        may_start = now >= deployment.failed_at + waits
        if waits and not deployment.impaired:
            deployment.impaired = True
            service.events.cannot_start()
    return Counts(
        desired=deployment.desired,
        healthy=len(found[HEALTHY]),
        pending=len(found[PENDING]),
        unhealthy=len(found[UNHEALTHY]),
        may_start=may_start,
        completed=deployment is service.completed,
    )


def _stop(
    service: Service, deployment: Deployment, found: ByHealth, action: Action, now: float, outside: Outside
) -> None:
    if action.desired is not None:
        deployment.desired = action.desired
    # The newest of what is not there yet, the oldest of what serves.
    pending = found[PENDING][::-1][: action.stop_pending]
    healthy = found[HEALTHY][: action.stop_healthy]
    unhealthy = found[UNHEALTHY][: action.stop_unhealthy]
    for task in unhealthy:
        group, _ = complaint(task, outside)
        _count_failure(deployment, now)
        of_balancer = f"Task failed ELB health checks in (target-group {group})"
        reason = of_balancer if group else "Task failed container health checks"
        task.stop("ServiceSchedulerInitiated", reason, now, outside.targets)
    for task in (*pending, *healthy):
        reason = f"Scaling activity initiated by (deployment {service.primary.id})"
        task.stop("ServiceSchedulerInitiated", reason, now, outside.targets)
    ran = [task for task in (*unhealthy, *healthy, *pending) if task.running_since is not None]
    never_ran = [task for task in pending if task.running_since is None]
    for tasks, were in ((ran, "running"), (never_ran, "pending")):
        if tasks:
            service.events.stopped([task.id for task in tasks], were, _task_set(service, deployment))
    _say_deregistered(service, deployment, ran)


def _say_deregistered(service: Service, deployment: Deployment, tasks: Sequence[Task]) -> None:
    targets = Counter(group for task in tasks for group, _ in task.registered)
    for group, count in targets.items():
        service.events.deregistered(count, group, _task_set(service, deployment))
    if targets:
        service.events.draining(sum(bool(task.registered) for task in tasks), _task_set(service, deployment))


def _start(
    service: Service, deployment: Deployment, count: int, now: float, outside: Outside, arns: Arns
) -> list[Task]:
    started = [_task(service, deployment, arns, outside.clock) for _ in range(count)]
    service.tasks += started
    for task in started:
        task.advance(now, outside)
    if started:
        service.events.started([task.id for task in started])
    return started


def _task(service: Service, deployment: Deployment, arns: Arns, clock: Clock) -> Task:
    task_id = arns.task_id()
    settings = dict(deployment.revision.settings)
    if "enableExecuteCommand" in service.options:
        settings["enableExecuteCommand"] = service.options["enableExecuteCommand"]
    propagated = {"SERVICE": service.tags, "TASK_DEFINITION": deployment.revision.definition_tags}
    return Task(
        id=task_id,
        arn=arns.task(service.cluster, task_id),
        cluster=service.cluster,
        definition=deployment.revision.definition,
        group=f"service:{service.name}",
        clock=clock,
        settings=settings,
        tags=[*propagated.get(service.options.get("propagateTags", "NONE"), [])],
        service=service.name,
        deployment=deployment,
        started_by=deployment.id,
        balanced=tuple(
            Balanced(each["targetGroupArn"], each["containerName"], each["containerPort"])
            for each in settings.get("loadBalancers", [])
        ),
    )


def _count_failure(deployment: Deployment, now: float) -> None:
    deployment.failed += 1
    deployment.failed_in_a_row += 1
    deployment.failed_at = now


def _task_set(service: Service, deployment: Deployment) -> str | None:
    """ECS names the deployment as a task set where there are several."""
    return deployment.id if len(service.deployments) > 1 else None


def _settled(service: Service, counts: Sequence[Counts], actions: Sequence[Action], leaving: int) -> bool:
    """Nothing but healthy tasks, as many as are wanted, of one deployment."""
    alone = all(count.tasks == 0 for count in counts[1:]) and not leaving
    return (
        alone and counts[0].healthy == counts[0].tasks == service.desired and all(each == Action() for each in actions)
    )
