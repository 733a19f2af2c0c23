"""Hints: the known causes of how a service looks, those of a 502 above all, and how each of them shows.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ecs_emulator.ops import balancing
from ecs_emulator.ops.target import Target


@dataclass(frozen=True)
class BalancerSettings:
    """Settings of the load balancer for the tasks, and theirs for it. Seconds; None where nobody told."""

    idle_timeout: int | None = None
    deregistration_delay: int | None = None
    protocol: str = "HTTP"
    keep_alive: int | None = None  # of the application


def settings(target: Target, groups: Sequence[str]) -> BalancerSettings:
    """The settings that are kept in the load balancer, for the first of a service's target groups."""
    if not groups:
        return BalancerSettings()
    elbv2 = target.elbv2
    [group] = elbv2.describe_target_groups(TargetGroupArns=[groups[0]])["TargetGroups"]
    delay = _attributes(elbv2.describe_target_group_attributes(TargetGroupArn=groups[0])["Attributes"])
    idle: dict[str, str] = {}
    if found := balancing.listeners(target, groups):
        [listener] = elbv2.describe_listeners(ListenerArns=found[:1])["Listeners"]
        balancer = listener["LoadBalancerArn"]
        idle = _attributes(elbv2.describe_load_balancer_attributes(LoadBalancerArn=balancer)["Attributes"])
    return BalancerSettings(
        _number(idle.get("idle_timeout.timeout_seconds")),
        _number(delay.get("deregistration_delay.timeout_seconds")),
        group.get("Protocol", "HTTP"),
        target.conventions.keep_alive,
    )


def _attributes(attributes: Sequence[Any]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in attributes if "Value" in each}


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


_UNHEALTHY = {
    "Target.Timeout": "does not answer health checks in time: its security group, or a server that hangs; callers see "
    "504",
    "Target.FailedHealthChecks": "refuses or breaks connections: it listens on another port or address, speaks another "
    "protocol, or has crashed; callers see 502",
    "Target.ResponseCodeMismatch": "answers its health check with another code than 200",
}


def of(facts: dict[str, Any], how: BalancerSettings, back: str) -> list[str]:
    """A sentence for each thing that is wrong in the facts of one service; `back` is typed to roll it back."""
    said = []
    away = [each for each in facts["load_balancers"] if each["state"] not in balancing.ROUTING]
    for each in away:
        why = f" ({each['reason'].rstrip('.')})" if each["reason"] else ""
        said.append(f"The load balancer {each['name']} is {each['state']}{why}: callers get no answer.")
    unhealthy = [each for each in facts["tasks"] if each["health"].startswith("unhealthy")]
    for each in unhealthy:
        meaning = _UNHEALTHY.get(each["reason"], "fails its health check")
        said.append(f"Task {each['task'][:8]} {meaning}.")
    healthy = [each for each in facts["tasks"] if each["health"].startswith("healthy")]
    if unhealthy and not healthy and not away:
        said.append("No target is healthy, so the load balancer sends requests to all of them.")
    # Without one nobody calls it through a load balancer.
    if facts["target_groups"]:
        if facts["desired"] and not facts["load_balancers"]:
            said.append("No load balancer has a listener that leads to its target group: no caller gets here by one.")
        elif facts["desired"] and not facts["rules"]:
            said.append("No rule of the load balancer leads here: callers get its default answer.")
        elif facts["rules"] and not facts["desired"]:
            said.append("The desired count is 0: callers get 503.")
        elif facts["desired"] and not any(each["health"] for each in facts["tasks"]):
            said.append("No task is registered as a target: callers get 503.")
    for each in facts["stopped"]:
        if "CannotPull" in each["reason"]:
            said.append(f"The image of {each['revision']} cannot be pulled: is the tag in the repository?")
        elif "exit code 137" in each["reason"]:
            why = "memory, `stopTimeout`, or a signal from outside"
            said.append(f"Task {each['task'][:8]} was killed, and its requests with it: {why}.")
    died = [each for each in facts["stopped"] if "exit code" in each["reason"]]
    if len(died) > 1:
        said.append("Tasks die again and again: callers see 502 while a dying one is a target. Its last lines say why.")
        if not facts["circuit_breaker"] and len(facts["deployments"]) > 1:
            said.append(f"No deployment circuit breaker will end that deployment: {back} does.")
    if how.idle_timeout is not None and how.keep_alive is not None and how.idle_timeout >= how.keep_alive:
        said.append(
            f"The load balancer keeps idle connections for {how.idle_timeout} s, the application for "
            f"{how.keep_alive} s: requests meet closed ones, a 502 now and then. Set idle_timeout below."
        )
    if how.deregistration_delay == 0:
        said.append("The deregistration delay is 0: requests under way are cut when a task is stopped, a 502 each.")
    if how.protocol == "HTTPS":
        said.append(f"The target group speaks {how.protocol}, the application HTTP: every request is a 502.")
    return list(dict.fromkeys(said))
