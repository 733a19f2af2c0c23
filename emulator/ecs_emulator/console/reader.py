"""Reader of an emulator's state: clusters, services, tasks with their targets, rules and stacks, each by its key.

It asks the scheduler and the load balancer themselves, and shapes the answers as `status --json` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ecs_emulator.balancer.balancer import Balancer
from ecs_emulator.ops import balancing, tasks
from ecs_emulator.ops.events import event_text
from ecs_emulator.ops.services import Named, has_circuit_breaker, short
from ecs_emulator.ops.status import Facts, as_routed, deployment_facts, task_facts
from ecs_emulator.scheduler import serializers, task_serializers
from ecs_emulator.scheduler.scheduler import Scheduler
from ecs_emulator.scheduler.services import Service
from ecs_emulator.scheduler.tasks import Task
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.state import Stack

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef

    from ecs_emulator.scheduler.interfaces import TargetAddress

State = dict[str, Facts]  # by key: `cluster/NAME`, `service/CLUSTER/NAME`, `task/ID`, `rule/ARN`, `stack/NAME`

_EVENTS = 30  # of a service
_COURSES = 8  # service deployments of a service


class Reader:
    """Reads for one thread. What has not changed since the last reading is the same object."""

    def __init__(self, scheduler: Scheduler, balancer: Balancer, stacks: Stacks) -> None:
        self._scheduler = scheduler
        self._balancer = balancer
        self._stacks = stacks
        self._tasks: dict[str, tuple[Any, Facts]] = {}  # by id, with what they were made from
        self._rules: tuple[object, State] = (None, {})
        self._last: State = {}
        self.revisions: dict[TargetAddress, tuple[str, str]] = {}  # key of the service, and revision, of each target

    def read(self) -> State:
        """State of everything now."""
        is_routed = self._balancer.state()[0] in balancing.ROUTING
        found: State = {}
        revisions: dict[TargetAddress, tuple[str, str]] = {}
        with self._scheduler.lock:
            for cluster in self._scheduler.clusters.all():
                if cluster.status != "ACTIVE":
                    continue
                found[f"cluster/{cluster.name}"] = {"cluster": cluster.name}
                for service in cluster.services.values():
                    if service.status != "INACTIVE":
                        found[f"service/{cluster.name}/{service.name}"] = self._service(service)
                for task in cluster.tasks.values():
                    facts = self._task(task, is_routed)
                    found[f"task/{task.id}"] = facts
                    for _, target in task.registered:
                        if not task.gone:
                            revisions[target] = (f"service/{cluster.name}/{task.service}", facts["revision"])
        self._tasks = {task: kept for task, kept in self._tasks.items() if f"task/{task}" in found}
        self.revisions = revisions
        found |= self._of_balancer()
        found |= {f"stack/{stack.name}": _stack(stack) for stack in self._stacks.all() if stack.is_there}
        for key, facts in found.items():
            if self._last.get(key) == facts:
                found[key] = self._last[key]
        self._last = found
        return found

    def _service(self, each: Service) -> Facts:
        arns = self._scheduler.arns
        shape = cast("ServiceTypeDef", serializers.service(each, arns))
        return {
            "cluster": each.cluster,
            "service": each.name,
            "short": Named(each.cluster, each.name).short,
            "arn": each.arn,
            "status": shape["status"],
            "revision": short(shape["taskDefinition"]),
            "desired": shape["desiredCount"],
            "running": shape["runningCount"],
            "pending": shape["pendingCount"],
            "circuit_breaker": has_circuit_breaker(shape),
            "minimum": each.configuration.get("minimumHealthyPercent"),
            "maximum": each.configuration.get("maximumPercent"),
            "deployments": [deployment_facts(one) for one in shape["deployments"]],
            "service_deployments": [
                {
                    "arn": course.arn,
                    "id": short(course.arn),
                    "status": course.status,
                    "reason": course.reason or "",
                    "revision": short(course.target.settings["taskDefinition"]),
                    "created": course.created_at,
                    "finished": course.finished_at,
                    "failures": course.failures,
                    "threshold": course.threshold,
                    "breaker": course.breaker,
                }
                for course in each.courses[:_COURSES]
            ],
            "target_groups": [one["targetGroupArn"] for one in shape["loadBalancers"] if "targetGroupArn" in one],
            "events": [
                {"id": event.get("id"), "at": event.get("createdAt"), "message": event_text(event.get("message", ""))}
                for event in shape["events"][:_EVENTS]
            ],
        }

    def _task(self, each: Task, is_routed: bool) -> Facts:
        health = tuple((target, self._balancer.health(group, target)) for group, target in each.registered)
        made_from = (each.version, tuple(each.containers), health, is_routed, repr(each.tags))
        if each.id in self._tasks and self._tasks[each.id][0] == made_from:
            return self._tasks[each.id][1]
        described = []
        for target, state in health:
            if state:
                words = {"State": state.state, "Reason": state.reason, "Description": state.description}
                shown = {name: word for name, word in words.items() if word}
                target_shape = {"Target": {"Id": target.id, "Port": target.port}, "TargetHealth": shown}
                described.append(as_routed(target_shape, is_routed))
        shape = cast("TaskTypeDef", task_serializers.task(each, self._scheduler.arns))
        facts = task_facts(shape, described) | {
            "arn": each.arn,
            "cluster": each.cluster,
            "service": each.service,
            "group": each.group,
            "deployment": each.deployment.id if each.deployment else "",
            "created": shape.get("createdAt"),
            "started": shape.get("startedAt"),
            "stopping": shape.get("stoppingAt"),
            "stopped": shape.get("stoppedAt"),
            "stop_code": each.stop_code or "",
            "stop_reason": tasks.reason(shape) if each.stopped_reason else "",
            "tags": {str(tag.get("key")): str(tag.get("value")) for tag in each.tags},
            "containers": [
                {
                    "name": container.get("name"),
                    "image": container.get("image"),
                    "status": container.get("lastStatus"),
                    "exit_code": container.get("exitCode"),
                }
                for container in shape["containers"]
            ],
        }
        self._tasks[each.id] = (made_from, facts)
        return facts

    def _of_balancer(self) -> State:
        """Rules and target groups; those of a store that was read before are the same objects."""
        store, plan = self._balancer.planned()
        if self._rules[0] is store:
            return self._rules[1]
        made: State = {}
        for balancer in store.load_balancers:
            for listener in balancer.get("Listeners", []):
                for rule in listener["Rules"]:
                    made[f"rule/{rule['RuleArn']}"] = {
                        "arn": rule["RuleArn"],
                        "load_balancer": balancer["LoadBalancerName"],
                        "listener": listener["ListenerArn"],
                        "port": listener["Port"],
                        "protocol": listener["Protocol"],
                        "priority": rule["Priority"],
                        "conditions": rule["Conditions"],
                        "actions": rule["Actions"],
                    }
        for group in store.target_groups:
            arn = group["TargetGroupArn"]
            made[f"group/{arn}"] = {
                "arn": arn,
                "name": group["TargetGroupName"],
                "path": group.get("HealthCheckPath", "/"),
                "matcher": group.get("Matcher", {}).get("HttpCode", "200"),
                "interval": group.get("HealthCheckIntervalSeconds"),
                "used": arn in plan.groups and plan.groups[arn].used,
            }
        self._rules = (store, made)
        return made


def _stack(stack: Stack) -> Facts:
    return {
        "stack": stack.name,
        "status": stack.status,
        "reason": stack.reason or "",
        "created": stack.created,
        "updated": stack.updated,
        "resources": len(stack.resources),
        "events": len(stack.events),
    }
