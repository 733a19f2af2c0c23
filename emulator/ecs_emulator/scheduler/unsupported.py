"""Unsupported properties of a container definition: those that a process cannot have."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from ecs_emulator.scheduler.ulimits import unenforced

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

# The container would not be the same without them.
REFUSED = (
    "credentialSpecs",
    "disableNetworking",
    "dnsSearchDomains",
    "dnsServers",
    "extraHosts",
    "firelensConfiguration",
    "hostname",
    "links",
    "pseudoTerminal",
    "resourceRequirements",
    "systemControls",
)
# They bound what a container may do; one that stays inside cannot tell.
NOT_ENFORCED = {
    "cpu": "CPU",
    "memory": "memory",
    "memoryReservation": "memory",
    "user": "user",
    "readonlyRootFilesystem": "read-only root",
    "linuxParameters": "capabilities",
    "privileged": "capabilities",
}


def unsupported(definition: ContainerDefinitionOutputTypeDef, but: Container[str] = ()) -> list[str]:
    """The properties of a container definition without which it would be another container, `but` those emulated."""
    found = [name for name in REFUSED if definition.get(name) and name not in but]
    if any("containerPort" not in mapping for mapping in definition.get("portMappings", [])):
        found.append("a range of ports")
    return found


def lost_log_driver(definition: ContainerDefinitionOutputTypeDef) -> str | None:
    """The log driver of a container whose output is kept in a file instead."""
    driver = definition.get("logConfiguration", {}).get("logDriver", "awslogs")
    return None if driver == "awslogs" else driver


def not_enforced(definition: ContainerDefinitionOutputTypeDef) -> list[str]:
    """The limits that a container definition sets and nobody enforces, in words."""
    found = [words for name, words in NOT_ENFORCED.items() if definition.get(name)]
    return list(dict.fromkeys([*found, *(f"ulimit {name}" for name in unenforced(definition))]))
