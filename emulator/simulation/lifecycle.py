"""Invariants of tasks and service deployments: none goes back, and what has ended says when and why."""

from __future__ import annotations

from ecs_emulator.scheduler.deployments import ENDED
from ecs_emulator.scheduler.tasks import Task
from emulator.simulation.trace import Violation
from emulator.simulation.world import World

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
_ORDER = ("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")
_STOP_CODES = ("TaskFailedToStart", "EssentialContainerExited", "UserInitiated", "ServiceSchedulerInitiated")
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html
_RANKS = {"PENDING": 0, "IN_PROGRESS": 1, "STOP_REQUESTED": 2, "ROLLBACK_REQUESTED": 2, "ROLLBACK_IN_PROGRESS": 3}
_ENDED_RANK = 4


class Lifecycles:
    def __init__(self, world: World) -> None:
        self._world = world
        self._tasks: dict[str, tuple[int, str | None]] = {}  # rank and stop code
        self._stopped: set[str] = set()  # there is nothing more to see of them
        self._courses: dict[str, str] = {}

    def check(self) -> None:
        """Raises Violation."""
        for task in self._world.cluster.tasks.values():
            if task.last_status != "STOPPED" or task.id not in self._stopped:
                self._check_task(task)
        for service in self._world.cluster.services.values():
            for number, course in enumerate(service.courses):
                before = self._courses.get(course.arn, "PENDING")
                if _rank(course.status) < _rank(before) or (before in ENDED and course.status != before):
                    raise Violation("lifecycle", f"a service deployment went from {before} to {course.status}")
                if (course.status in ENDED) != (course.finished_at is not None):
                    raise Violation("lifecycle", f"a service deployment is {course.status}: {course.finished_at}")
                if number and course.status not in ENDED:
                    raise Violation("lifecycle", f"an older service deployment is still {course.status}")
                self._courses[course.arn] = course.status

    def _check_task(self, task: Task) -> None:
        rank, code = self._tasks.get(task.id, (0, None))
        now = _ORDER.index(task.last_status)
        if now < rank:
            raise Violation("lifecycle", f"task {task.id} went from {_ORDER[rank]} to {task.last_status}")
        if code and task.stop_code != code:
            raise Violation("lifecycle", f"task {task.id} was stopped as {code}, and now as {task.stop_code}")
        if (task.desired_status == "STOPPED") != (task.stop_code in _STOP_CODES and bool(task.stopped_reason)):
            raise Violation("lifecycle", f"task {task.id} is to be {task.desired_status}, and says {task.stop_code}")
        if (task.last_status == "STOPPED") != ("stoppedAt" in task.moments):
            raise Violation("lifecycle", f"task {task.id} is {task.last_status} without or with stoppedAt")
        if task.last_status in _ORDER[4:] and task.desired_status != "STOPPED":
            raise Violation("lifecycle", f"task {task.id} is {task.last_status} and to be {task.desired_status}")
        self._tasks[task.id] = now, task.stop_code
        if task.last_status == "STOPPED":
            self._stopped.add(task.id)
        self._check_targets(task)

    def _check_targets(self, task: Task) -> None:
        """A running task is a target of all of its groups; one that is to stop gets no new connection.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
        """
        run = self._world.runner.runs.get(task.id)
        if run is None:
            return
        states = {group: state for group, _, state in self._world.targets.of(run)}
        registered = [state for state in states.values() if state != "draining"]
        if task.desired_status == "STOPPED" and registered:
            raise Violation("traffic", f"task {task.id} is {task.last_status} and a target that is {registered[0]}")
        if task.last_status == "RUNNING" and task.deployment:
            groups = [each["targetGroupArn"] for each in task.deployment.revision.settings.get("loadBalancers", [])]
            if len(registered) != len(groups):
                raise Violation(
                    "traffic", f"task {task.id} is running and in {len(registered)} of {len(groups)} groups"
                )


def _rank(status: str) -> int:
    return _RANKS.get(status, _ENDED_RANK)
