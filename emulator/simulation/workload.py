"""Workload of the simulated cluster: calls of its API, and faults, each drawn from a seed of its own."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ecs_emulator.scheduler.services import Service
from emulator.simulation.runner import SimulatedRun
from emulator.simulation.targets import GROUPS
from emulator.simulation.world import CLUSTER, World

_NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
_NAMES = ("web", "api", "jobs")
_IMAGES = ("good", "good", "good", "good", "warming", "mortal", "flaky", "sick", "crash", "missing")
_PERCENTAGES = ((100, 200), (100, 200), (50, 100), (0, 100), (50, 150), (100, 150), (75, 125), (0, 200), (33, 166))
_SECONDS = 400  # the latest operation


@dataclass(frozen=True)
class ScheduledCall:
    """At `at` simulated seconds; everything else about it is drawn from its own seed when its time has come."""

    at: float
    kind: str
    seed: int


def draw(world: World) -> list[ScheduledCall]:
    """The operations of a world, in the order of their times."""
    draws = world.random("workload")
    kinds = draws.choices(list(WEIGHTS), list(WEIGHTS.values()), k=draws.randint(4, 24))
    # A short time is where things meet, a long one is where they come to an end between.
    latest = draws.choice((20, 100, _SECONDS))
    later = [ScheduledCall(draws.uniform(0, latest), kind, draws.getrandbits(32)) for kind in kinds]
    return [ScheduledCall(0.0, "create", draws.getrandbits(32)), *sorted(later, key=lambda each: each.at)]


def carry_out(operation: ScheduledCall, world: World) -> None:
    KINDS[operation.kind](world, random.Random(operation.seed))  # noqa: S311 (it has to be the same again)


def register(world: World, draws: random.Random) -> str:
    """Register a revision; its ARN."""
    ports = [{"containerPort": 8080}, {"containerPort": 8081}]
    app: dict[str, Any] = {"name": "app", "image": draws.choice(_IMAGES), "portMappings": ports}
    if draws.random() < 0.5:
        app["stopTimeout"] = draws.choice((2, 10, 120))
    checks = world.random(f"checks of definition {len(world.scheduler.definitions.all())}")
    if world.has_checks and checks.random() < 0.6:
        app["healthCheck"] = {"command": ["CMD", "true"]}
    containers = [app]
    if draws.random() < 0.2:
        image = draws.choice(("running", "initial", "unstartable"))
        containers.append({"name": "sidecar", "image": image, "essential": image == "running" and draws.random() < 0.5})
    answer = world.call(
        "RegisterTaskDefinition",
        family="app",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=containers,
    )
    assert answer is not None  # noqa: S101 (for the type)
    arn: str = answer["taskDefinition"]["taskDefinitionArn"]
    return arn


def _configuration(draws: random.Random) -> dict[str, Any]:
    minimum, maximum = draws.choice(_PERCENTAGES)
    found: dict[str, Any] = {"minimumHealthyPercent": minimum, "maximumPercent": maximum}
    if draws.random() < 0.7:
        breaker: dict[str, Any] = {"enable": draws.random() < 0.8, "rollback": draws.random() < 0.6}
        if draws.random() < 0.3:
            breaker["resetOnHealthyTask"] = draws.random() < 0.5
        if draws.random() < 0.4:
            kind = draws.choice(("COUNT", "BOUNDED_PERCENT", "UNBOUNDED_PERCENT"))
            value = draws.randint(1, 6) if kind == "COUNT" else draws.choice((20, 50, 100, 150))
            breaker["thresholdConfiguration"] = {"type": kind, "value": value}
        found["deploymentCircuitBreaker"] = breaker
    return found


def _balancers(draws: random.Random) -> list[dict[str, Any]]:
    groups = draws.choice((GROUPS, GROUPS, GROUPS[:1], GROUPS[:1], GROUPS[1:], ()))
    return [
        {"targetGroupArn": each, "containerName": "app", "containerPort": 8080 + draws.randint(0, 1)} for each in groups
    ]


def _create(world: World, draws: random.Random) -> None:
    world.call(
        "CreateService",
        cluster=CLUSTER,
        serviceName=draws.choice(_NAMES),
        taskDefinition=register(world, draws),
        desiredCount=draws.choice((0, 1, 1, 2, 2, 3, 4, 6)),
        launchType="FARGATE",
        networkConfiguration=_NETWORK,
        loadBalancers=_balancers(draws),
        healthCheckGracePeriodSeconds=draws.choice((0, 0, 0, 15, 60)),
        deploymentConfiguration=_configuration(draws),
    )


def _update(world: World, draws: random.Random) -> None:
    """Any of what an update can change, several at once now and then."""
    request: dict[str, Any] = {}
    what = draws.choice(("revision", "revision", "revision", "force", "scale", "scale", "configure", "grace", "groups"))
    for each in dict.fromkeys((what, draws.choice((what, what, "scale", "configure", "revision")))):
        request |= _changes(each, world, random.Random(f"{draws.random()} {each}"))  # noqa: S311
    _with_service(world, draws, "UpdateService", **request)


def _changes(what: str, world: World, draws: random.Random) -> dict[str, Any]:
    if what == "revision":
        return {"taskDefinition": register(world, draws)}
    if what == "force":
        return {"forceNewDeployment": True}
    if what == "scale":
        return {"desiredCount": draws.choice((0, 1, 1, 2, 3, 4, 6))}
    if what == "configure":
        return {"deploymentConfiguration": _configuration(draws)}
    if what == "grace":
        return {"healthCheckGracePeriodSeconds": draws.choice((0, 15, 60))}
    return {"loadBalancers": _balancers(draws)}


def _delete(world: World, draws: random.Random) -> None:
    _with_service(world, draws, "DeleteService", force=draws.random() < 0.8)


def _stop_deployment(world: World, draws: random.Random) -> None:
    if service := _service(world, draws):
        course = draws.choice(service.courses[:2])
        kind = draws.choice(("ROLLBACK", "ABORT"))
        world.call("StopServiceDeployment", serviceDeploymentArn=course.arn, stopType=kind)


def _stop_task(world: World, draws: random.Random) -> None:
    if tasks := list(world.cluster.tasks.values())[-12:]:
        world.call("StopTask", cluster=CLUSTER, task=draws.choice(tasks).arn)


def _run_task(world: World, draws: random.Random) -> None:
    world.call(
        "RunTask",
        cluster=CLUSTER,
        taskDefinition=register(world, draws),
        count=draws.randint(1, 2),
        launchType="FARGATE",
        networkConfiguration=_NETWORK,
    )


def _deregister_definition(world: World, draws: random.Random) -> None:
    if definitions := world.scheduler.definitions.all():
        world.call("DeregisterTaskDefinition", taskDefinition=draws.choice(definitions)["taskDefinitionArn"])


def _kill(world: World, draws: random.Random) -> None:
    for run in _runs(world, draws):
        world.trace.add(world.now, f"fault: run {run.number} is killed")
        run.kill(draws.choice((0, 1, 137)))


def _fail_checks(world: World, draws: random.Random) -> None:
    for run in _runs(world, draws):
        groups = draws.choice((GROUPS, GROUPS[:1], GROUPS[1:]))
        world.trace.add(world.now, f"fault: run {run.number} fails the checks of {len(groups)} groups")
        run.fails_checks_of.update(groups)


def _recover(world: World, draws: random.Random) -> None:
    for run in _runs(world, draws):
        world.trace.add(world.now, f"run {run.number} recovers")
        run.recover()


def _attach(world: World, draws: random.Random) -> None:
    group = draws.choice(GROUPS)
    world.trace.add(world.now, f"fault: a listener uses {group[73:]} no more, or again")
    world.targets.detached ^= {group}


def _service(world: World, draws: random.Random) -> Service | None:
    services = list(world.cluster.services.values())
    return draws.choice(services) if services else None


def _with_service(world: World, draws: random.Random, operation: str, **request: Any) -> None:
    if service := _service(world, draws):
        world.call(operation, cluster=CLUSTER, service=service.name, **request)


def _runs(world: World, draws: random.Random) -> list[SimulatedRun]:
    """One that lives, or now and then several."""
    living = [run for run in world.runner.runs.values() if run.stopped_at is None and run.lives()]
    return draws.sample(living, min(len(living), draws.choice((1, 1, 1, 2, 6))))


KINDS: dict[str, Callable[[World, random.Random], None]] = {
    "create": _create,
    "update": _update,
    "delete": _delete,
    "stop deployment": _stop_deployment,
    "stop task": _stop_task,
    "run task": _run_task,
    "deregister definition": _deregister_definition,
    "kill": _kill,
    "fail checks": _fail_checks,
    "recover": _recover,
    "attach": _attach,
}
WEIGHTS = {
    "create": 2,
    "update": 12,
    "delete": 1,
    "stop deployment": 3,
    "stop task": 3,
    "run task": 1,
    "deregister definition": 1,
    "kill": 5,
    "fail checks": 3,
    "recover": 2,
    "attach": 0.5,
}
