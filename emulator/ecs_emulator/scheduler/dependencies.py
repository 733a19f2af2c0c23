"""Dependencies between the containers of a task: the order in which they start, and end.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
"""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ecs_emulator.clock import Clock
from ecs_emulator.cloud.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

    from ecs_emulator.scheduler.container import Container

_ENDS = ("COMPLETE", "SUCCESS")
_GRAPH = "CannotStartContainerError: dependency graph:"


class NeverMet(Exception):
    """A dependency that cannot be met any more; the message is the reason of the container that waits for it."""


def check(containers: Iterable[ContainerDefinitionOutputTypeDef]) -> None:
    """Check that the dependencies of a task definition can be met. Raises AwsError."""
    by_name = {each["name"]: each for each in containers}
    for each in by_name.values():
        for other in each.get("dependsOn", []):
            if other["containerName"] not in by_name:
                message = f"The container {other['containerName']} that {each['name']} depends on does not exist."
                raise AwsError("ClientException", message)
            if other["condition"] in _ENDS and by_name[other["containerName"]].get("essential", True):
                message = "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"
                raise AwsError("ClientException", message)
    try:
        in_order(by_name.values())
    except graphlib.CycleError as error:
        names = ", ".join(sorted(set(error.args[1])))
        raise AwsError("ClientException", f"The containers depend on each other in a circle: {names}") from error


def in_order(containers: Iterable[ContainerDefinitionOutputTypeDef]) -> list[str]:
    """Names of containers, those first that others depend on or take volumes from. Raises CycleError."""
    graph = {each["name"]: [other["containerName"] for other in each.get("dependsOn", [])] for each in containers}
    return [name for name in graphlib.TopologicalSorter(graph).static_order() if name in graph]


def is_waited_for(name: str, containers: Iterable[ContainerDefinitionOutputTypeDef]) -> bool:
    """True when another container starts only after the end of this one."""
    return any(
        other["containerName"] == name and other["condition"] in _ENDS
        for each in containers
        for other in each.get("dependsOn", [])
    )


def may_start(container: Container, others: Mapping[str, Container], clock: Clock, now: float) -> bool:
    """True when all that a container depends on is as it wants it. Raises NeverMet."""
    return all(
        _is_met(container, others[each["containerName"]], each["condition"], clock, now)
        for each in container.definition.get("dependsOn", [])
    )


def may_end(container: Container, others: Iterable[Container]) -> bool:
    """True when nothing that depends on a container runs any more: the order of their start is reversed."""
    return all(
        other.has_ended() or not other.process
        for other in others
        if any(each["containerName"] == container.name for each in other.definition.get("dependsOn", []))
    )


def _is_met(container: Container, other: Container, condition: str, clock: Clock, now: float) -> bool:
    ordering = f"container ordering dependency [{other.name}] for target [{container.name}]"
    if other.has_ended() and other.state.exit_code is None:
        raise NeverMet(f"{_GRAPH} failed to resolve {ordering} because dependency will never start")
    if condition == "SUCCESS" and other.has_ended() and other.state.exit_code:
        raise NeverMet(f"{_GRAPH} failed to resolve {ordering} as dependency did not exit successfully.")
    is_met = {
        "START": other.process is not None,
        "COMPLETE": other.has_ended(),
        "SUCCESS": other.has_ended(),
        "HEALTHY": other.state.health == "HEALTHY",
    }[condition]
    timeout = other.definition.get("startTimeout")
    # It counts from the start of the other, and no clock makes a process start faster.
    is_late = timeout and other.began_at is not None and now > other.began_at + clock.grace(timeout)
    if not is_met and condition != "START" and is_late and not other.has_ended():
        raise NeverMet(f"{_GRAPH} {ordering} has timed out.")
    return is_met
