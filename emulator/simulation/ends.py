"""Invariants of the end: once faults and calls have stopped, every service gets to where it can get, and stays."""

from __future__ import annotations

from ecs_emulator.scheduler.deployments import ENDED, Deployment
from ecs_emulator.scheduler.services import Service
from ecs_emulator.scheduler.tasks import Task
from emulator.simulation.trace import Violation
from emulator.simulation.world import World

# Revisions that never work; `sick` only where somebody checks.
_BROKEN = ("crash", "missing")


def calm(world: World) -> None:
    """From now on nothing goes wrong by itself. A revision that does not work goes on not working."""
    world.trace.add(world.now, "all faults end")
    world.runner.calm = True
    world.targets.detached.clear()
    for run in world.runner.runs.values():
        run.recover()


def is_reached(world: World) -> bool:
    """True when nothing is on its way any more."""
    return all(_is_settled(service) for service in world.cluster.services.values()) and not _stragglers(world)


def check(world: World) -> None:
    """Raises Violation."""
    for service in world.cluster.services.values():
        if not _is_settled(service):
            primary = service.primary.rollout_state if service.deployments else "none"
            found = f"primary {primary}, {service.course.status}, {[task.last_status for task in service.tasks]}"
            raise Violation(
                "end", f"{service.name} ({service.status}) wants {service.desired} tasks and ends as {found}"
            )
        _check_revision(service)
    if stragglers := _stragglers(world):
        raise Violation("end", f"tasks that belong to nobody are left: {[task.id for task in stragglers]}")
    _check_leftovers(world)


def _is_settled(service: Service) -> bool:
    """Steady; or failed without anything to go back to; or on a way that has no end, as on AWS."""
    if service.status != "ACTIVE":
        return service.status == "INACTIVE" and not service.tasks
    primary = service.primary
    if _cannot_end(service):
        return True
    if service.course.status not in ENDED:
        return False
    if primary.rollout_state == "FAILED":
        return all(task.last_status == "RUNNING" or not _works(task.deployment) for task in service.tasks)
    tasks = [task for task in service.tasks if task.desired_status == "RUNNING" and task.last_status == "RUNNING"]
    mine = [task for task in tasks if task.deployment is primary]
    return len(service.tasks) == len(mine) == service.desired and service.steady


def _check_revision(service: Service) -> None:
    """What runs is what the newest service deployment says has become of it.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html
    """
    course = service.course
    if service.status != "ACTIVE" or not course.status.endswith("SUCCESSFUL"):
        return
    goal = course.rollback["serviceRevisionArn"] if course.rollback else course.target.arn
    if service.primary.revision.arn != goal or (course.rollback is None) != (course.status == "SUCCESSFUL"):
        raise Violation("end", f"{course.status} to {goal}, but {service.primary.revision.arn} runs")


def _cannot_end(service: Service) -> bool:
    """A revision that never works without a circuit breaker, or once it has completed; percentages that block."""
    primary, percents = service.primary, service.configuration
    minimum = (service.desired * percents["minimumHealthyPercent"] + 99) // 100
    blocks = minimum >= service.desired * percents["maximumPercent"] // 100
    if blocks and len(service.deployments) > 1 and service.said_blocked:
        return True
    watched = primary.rollout_state == "IN_PROGRESS" and service.breaker.get("enable")
    return not _works(primary) and primary.rollout_state != "FAILED" and not watched


def _works(deployment: Deployment | None) -> bool:
    if deployment is None:
        return True
    first = deployment.revision.definition["containerDefinitions"][0]
    image = first["image"]
    is_checked = bool(deployment.revision.settings.get("loadBalancers") or first.get("healthCheck"))
    # What is slow may be replaced before it answers, again and again.
    return image not in (*_BROKEN, *(("sick", "warming") if is_checked else ()))


def _stragglers(world: World) -> list[Task]:
    """Tasks of services that their service does not have any more."""
    mine = {task.id for service in world.cluster.services.values() for task in service.tasks}
    return [
        task
        for task in world.cluster.tasks.values()
        if task.last_status != "STOPPED" and (task.desired_status == "STOPPED" or task.service) and task.id not in mine
    ]


def _check_leftovers(world: World) -> None:
    """A process lives only in a task that is not stopped, and a target is registered only for such a process."""
    living = {task.id for task in world.cluster.tasks.values() if task.last_status != "STOPPED"}
    for task_id, run in world.runner.runs.items():
        if task_id not in living and not run.is_over():
            raise Violation("leftovers", f"run {run.number} goes on after its task {task_id} has stopped")
    for (group, target), each in world.targets.registered.items():
        if each.left_at is None and each.run.launch.task_id not in living:
            raise Violation("leftovers", f"{target.id}:{target.port} is left in {group}")
