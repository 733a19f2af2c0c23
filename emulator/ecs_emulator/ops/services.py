"""Services of the cluster, found by a short name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecs_emulator.ops.outcomes import Failure, Outcome, choices
from ecs_emulator.ops.target import Target

if TYPE_CHECKING:
    from mypy_boto3_ecs.client import ECSClient
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

# CloudFormation names a service `<stack>-<logical id>-<random>`, the emulator without the last; ids are in PascalCase.
_NAMED_BY_STACK = re.compile(r"(?P<stack>[A-Za-z][A-Za-z0-9-]*?)-[A-Z][A-Za-z0-9]*(-[A-Za-z0-9]{4,})?")


@dataclass(frozen=True)
class Named:
    """A service by its cluster and its full name."""

    cluster: str
    service: str

    @property
    def short(self) -> str:
        """The name without what CloudFormation adds: usually that of its stack."""
        return stack_of(self.service) or self.service


def find(target: Target, reference: str | None) -> Named:
    """The service that `reference` means, or the only one. Raises NoTarget, Failure (NOT_FOUND, USAGE)."""
    return Named(target.cluster, chosen(names(target), reference))


def names(target: Target) -> list[str]:
    """The names of the services of the target's cluster, in order. Raises NoTarget, Failure (NOT_FOUND, USAGE)."""
    pages = target.ecs.get_paginator("list_services").paginate(cluster=target.cluster)
    try:
        return sorted(arn.rpartition("/")[2] for page in pages for arn in page["serviceArns"])
    except target.ecs.exceptions.ClusterNotFoundException as error:
        there = target.clusters()
        listed = f"{choices(there)}{'' if there else target.deploying}"
        raise Failure(Outcome.NOT_FOUND, f"There is no cluster {target.cluster}. {listed}") from error


def chosen(there_are: Sequence[str], reference: str | None) -> str:
    """The one name that `reference` means: in full, by its stack or the end of that (`web` for `shop-web`), or a part.

    None means the only one. Raises Failure (NOT_FOUND, USAGE).
    """
    listed = f"There are: {', '.join(there_are)}." if there_are else "There are none."
    if reference is None:
        found = list(there_are)
    else:
        ways = (
            lambda name: name == reference,
            lambda name: stack_of(name) == reference,
            lambda name: (stack_of(name) or "").endswith(f"-{reference}"),
            lambda name: reference.lower() in name.lower(),
        )
        found = next((hits for way in ways if (hits := [name for name in there_are if way(name)])), [])
    if not found:
        raise Failure(Outcome.NOT_FOUND, f"No service {'' if reference is None else reference + ' '}is here. {listed}")
    if len(found) > 1:
        said = "Say which service" if reference is None else f"{reference} may be several services"
        raise Failure(Outcome.USAGE, f"{said}. {listed}")
    return found[0]


def stack_of(name: str) -> str | None:
    """The stack that a service's name says it is from; None when it says none."""
    match = _NAMED_BY_STACK.fullmatch(name)
    return match["stack"] if match else None


def describe(ecs: ECSClient, named: Named) -> ServiceTypeDef:
    """The service as ECS describes it. Raises Failure (NOT_FOUND)."""
    answer = ecs.describe_services(cluster=named.cluster, services=[named.service])
    services = [service for service in answer["services"] if service.get("status") != "INACTIVE"]
    if not services:
        reasons = "".join(f" ({failure['reason']})" for failure in answer.get("failures", []) if "reason" in failure)
        raise Failure(Outcome.NOT_FOUND, f"There is no service {named.service} in {named.cluster}{reasons}.")
    return services[0]


def has_circuit_breaker(service: ServiceTypeDef) -> bool:
    """True when ECS ends a deployment by itself whose tasks fail: its deployment circuit breaker is on.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    """
    return service.get("deploymentConfiguration", {}).get("deploymentCircuitBreaker", {}).get("enable", False)


def short(arn: str) -> str:
    """`family:7` or a task's id: the last part of an ARN."""
    return arn.rpartition("/")[2]
