"""Scaling: the desired count of a service."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.proof import of_tasks
from ecs_emulator.ops.services import Named, describe
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from ecs_emulator.ops.waiting import going_on, rounds


def scale(target: Target, named: Named, count: int, timeout: float, out: Terminal) -> None:
    """Set the number of tasks, and wait until so many run and are healthy. Raises Failure (TIMED_OUT)."""
    before = describe(target.ecs, named)["desiredCount"]
    if warning := outside_of_scaling(target, named, count):
        out.say(warning)
    target.ecs.update_service(cluster=named.cluster, service=named.service, desiredCount=count)
    out.say(f"{named.short}: from {before} to {count} tasks …")
    said = ""
    with going_on(out, f"The service goes on to {count} tasks. See {target.typed('status --watch')}."):
        for _ in rounds(timeout, 2.0 if target.on_aws else 0.3):
            service = describe(target.ecs, named)
            checks = of_tasks(target, named, service, service["taskDefinition"])
            line = "; ".join(check.came for check in checks)
            if line != said:
                said = line
                out.say(f"  {line}")
            if all(check.ok for check in checks):
                out.say(f"{named.short} has {count} tasks.")
                out.result(outcome="done", service=named.service, before=before, desired=count)
                return
    raise Failure(
        Outcome.TIMED_OUT,
        f"{named.short} has not got to {count} tasks in {timeout:.0f} s; it goes on. "
        f"See {target.typed('status --watch')}.",
        service=named.service,
        desired=count,
    )


def outside_of_scaling(target: Target, named: Named, count: int) -> str:
    """A warning when automatic scaling will change the number again; empty when it will not, or nobody knows."""
    try:
        found = target.session.client("application-autoscaling").describe_scalable_targets(
            ServiceNamespace="ecs", ResourceIds=[f"service/{named.cluster}/{named.service}"]
        )["ScalableTargets"]
    except (ClientError, BotoCoreError):  # a warning is worth no failure
        return ""
    for each in found:
        if not each["MinCapacity"] <= count <= each["MaxCapacity"]:
            return (
                f"Automatic scaling keeps {each['MinCapacity']} to {each['MaxCapacity']} tasks and will change it "
                "again; DesiredCount and MaximumCount of its stack set these."
            )
    return ""
