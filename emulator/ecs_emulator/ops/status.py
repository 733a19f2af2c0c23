"""Status of the services: deployments, tasks, targets, rules and events, gathered and said on one screen.

A target's health, as AWS tells it, is by its own checks: a healthy one may be out of reach. Here it is `unreachable`
while no load balancer of its group routes requests, in the words for people and in the facts for programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ecs_emulator.ops import balancing, notes, revisions, tasks
from ecs_emulator.ops.events import event_text
from ecs_emulator.ops.phases import phase
from ecs_emulator.ops.services import Named, describe, has_circuit_breaker, names, short
from ecs_emulator.ops.target import Target
from ecs_emulator.visible import visible_line

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import DeploymentTypeDef, TaskTypeDef

Facts = dict[str, Any]

EVENTS = 5
UNREACHABLE = "unreachable"


def gather(target: Target, service: str | None = None) -> list[Facts]:
    """The facts of every service of the cluster, or of the one with this full name."""
    services = [service] if service else names(target)
    return [_service(target, Named(target.cluster, name)) for name in services]


def _service(target: Target, named: Named) -> Facts:
    service = describe(target.ecs, named)
    definition = revisions.read(target.ecs, service["taskDefinition"])
    groups = [each["targetGroupArn"] for each in service.get("loadBalancers", []) if "targetGroupArn" in each]
    checked = [(group, each) for group in groups for each in balancing.health(target.elbv2, group)]
    # After the targets: a load balancer that has ended meanwhile is not missed.
    balancers = balancing.load_balancers(target.elbv2, groups)
    health = [as_routed(each, _is_routed(group, balancers)) for group, each in checked]
    running = tasks.listed(target.ecs, named)
    facts: Facts = {
        "service": named.service,
        "short": named.short,
        "revision": short(service["taskDefinition"]),
        "image": revisions.image_of(definition, revisions.main_container(service, definition)),
        "desired": service["desiredCount"],
        "running": service["runningCount"],
        "pending": service["pendingCount"],
        "circuit_breaker": has_circuit_breaker(service),
        "deployments": [deployment_facts(each) for each in service["deployments"]],
        "tasks": [task_facts(task, health) for task in running],
        "stopped": [death.facts() for death in tasks.deaths(target, named, most=3)],
        "targets": _strangers(health, running),
        "target_groups": groups,
        "rules": _rules(target, groups),
        "load_balancers": [{"name": each.name, "state": each.state, "reason": each.reason} for each in balancers],
        "events": [
            {"at": event["createdAt"], "message": event["message"]} for event in service.get("events", [])[:EVENTS]
        ],
    }
    back = target.typed(f"rollback {named.short}")
    return facts | {"notes": notes.of(facts, notes.settings(target, groups), back)}


def _is_routed(group: str, balancers: Sequence[balancing.LoadBalancer]) -> bool:
    """True when requests get to the targets of a group, or no load balancer has it."""
    using = [each for each in balancers if group in each.groups]
    return not using or any(each.routes for each in using)


def as_routed(found: Any, is_routed: bool) -> Any:
    """A target as DescribeTargetHealth has it, but `unreachable` when it is healthy and gets no requests."""
    if is_routed or found["TargetHealth"]["State"] != "healthy":
        return found
    return {**found, "TargetHealth": {"State": UNREACHABLE}}


def deployment_facts(deployment: DeploymentTypeDef) -> Facts:
    """Facts of a deployment, as `status --json` and the console have them."""
    return {
        "status": deployment["status"],
        "revision": short(deployment["taskDefinition"]),
        "state": deployment.get("rolloutState", ""),
        "reason": deployment.get("rolloutStateReason", ""),
        "desired": deployment["desiredCount"],
        "running": deployment["runningCount"],
        "pending": deployment["pendingCount"],
        "failed": deployment.get("failedTasks", 0),
    }


def task_facts(task: TaskTypeDef, health: Sequence[Any]) -> Facts:
    """Facts of a task and its targets, which are among those of `health`, as `status --json` and the console have them.

    `phase` is that of the drills' pictures.
    """
    address = tasks.address(task)
    found = [each["TargetHealth"] for each in health if tasks.is_target(task, each["Target"])]
    states = ", ".join(each["State"] for each in found)
    # Of several groups the one that keeps it from visitors decides.
    worst = next((each["State"] for each in found if each["State"] != "healthy"), found[0]["State"] if found else "")
    return {
        "task": short(task["taskArn"]),
        "revision": short(task["taskDefinitionArn"]),
        "status": task.get("lastStatus", ""),
        "phase": phase(task.get("lastStatus", ""), worst),
        "since": task.get("startedAt") or task.get("createdAt"),
        "address": address,
        "health": states,
        "reason": " ".join(dict.fromkeys(each["Reason"] for each in found if "Reason" in each)),
        "description": " ".join(dict.fromkeys(each["Description"] for each in found if "Description" in each)),
    }


def _strangers(health: Sequence[Any], running: Sequence[TaskTypeDef]) -> list[Facts]:
    """Targets that are no running task: usually those that are draining."""
    return [
        {"address": each["Target"]["Id"], "health": each["TargetHealth"]["State"]}
        for each in health
        if not any(tasks.is_target(task, each["Target"]) for task in running)
    ]


def _rules(target: Target, groups: Sequence[str]) -> list[Facts]:
    listeners = balancing.listeners(target, groups)
    names_of = balancing.listener_names(target.elbv2, listeners)
    return [
        {
            "listener": names_of.get(listener, ""),
            "priority": rule.priority,
            "paths": list(rule.paths),
            "conditions": list(rule.others),
            "share": round(100 * rule.share(group)),
        }
        for listener in listeners
        for rule in balancing.rules(target.elbv2, listener)
        for group in groups
        if group in rule.weights
    ]


def lines(services: Sequence[Facts]) -> list[str]:
    """One screen for people."""
    said: list[str] = []
    for facts in services:
        said += [*_lines(facts), ""]
    return [visible_line(line) for line in said[:-1]] or ["There is no service in the cluster."]


def _lines(facts: Facts) -> list[str]:
    counts = f"{facts['running']} of {facts['desired']} tasks run"
    starting = f", {facts['pending']} starting" if facts["pending"] else ""
    said = [f"{facts['short']}  {facts['revision']}  {counts}{starting}", f"  image {facts['image']}"]
    for each in facts["load_balancers"]:
        if each["state"] != "active":
            said.append(f"  load balancer {each['name']}  {each['state']}  {each['reason']}".rstrip())
    said += [_rule_line(rule, len({each["listener"] for each in facts["rules"]}) > 1) for rule in facts["rules"]]
    for each in facts["deployments"]:
        counts = f"{each['running']}/{each['desired']} running, {each['pending']} starting, {each['failed']} failed"
        said.append(f"  deployment {each['status']}  {each['revision']}  {each['state']}  {counts}")
        if each["reason"] and each["state"] != "COMPLETED":
            said.append(f"    {each['reason']}")
    for each in facts["tasks"]:
        since = f"since {each['since']:%H:%M:%S}" if each["since"] else ""
        health = _health_line(each["health"])
        why = " ".join(part for part in (each["reason"], each["description"]) if part)
        parts = (f"task {each['task'][:8]}", each["revision"], each["status"], since, each["address"], health, why)
        said.append("  " + "  ".join(part for part in parts if part))
    for each in facts["targets"]:
        said.append(f"  target {each['address']}  {each['health']}")
    told = tasks.Reasons()
    for each in facts["stopped"]:
        said += told.lines(tasks.Death(each["task"], each["revision"], each["reason"], tuple(each["lines"][-3:])))
    said += [f"  {event['at']:%H:%M:%S}  {event_text(event['message'])}" for event in facts["events"]]
    said += [f"  ! {note}" for note in facts["notes"]]
    return said


def _rule_line(rule: Facts, of_several: bool) -> str:
    """A rule, with its listener where there are `of_several` ones, or the default action of a listener."""
    share = f"{rule['share']} % of it comes here"
    if rule["priority"] == "default":
        every = "connections" if rule["listener"].startswith(("TCP", "TLS", "UDP")) else "requests that no rule takes"
        return f"  listener {rule['listener']}  {every}  {share}"
    where = f" of {rule['listener']}" if of_several else ""
    return f"  rule {rule['priority']}{where}  {' '.join([*rule['paths'], *rule['conditions']])}  {share}"


def _health_line(health: str) -> str:
    """Health of a task's target: of one in each target group, the state that they share, or each of them."""
    states = health.split(", ") if health else []
    if len(states) < 2:
        return f"target {health}" if health else "no target"
    return f"{len(states)} targets {', '.join(dict.fromkeys(states))}"
