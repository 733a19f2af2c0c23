"""Unsupported properties of a container definition: those that a process cannot have."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

# The container would not be the same without them.
REFUSED = (
    "credentialSpecs",
    "disableNetworking",
    "dnsSearchDomains",
    "dnsServers",
    "environmentFiles",
    "extraHosts",
    "firelensConfiguration",
    "healthCheck",
    "hostname",
    "links",
    "mountPoints",
    "pseudoTerminal",
    "resourceRequirements",
    "restartPolicy",
    "systemControls",
    "volumesFrom",
    "workingDirectory",
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
    "ulimits": "ulimits",
}


def unsupported(definition: ContainerDefinitionOutputTypeDef, but: Container[str] = ()) -> list[str]:
    """The properties of a container definition without which it would be another container, `but` those emulated."""
    found = [name for name in REFUSED if definition.get(name) and name not in but]
    if any(each.get("condition", "START") != "START" for each in definition.get("dependsOn", [])):
        found.append("dependsOn with another condition than START")
    if any("containerPort" not in mapping for mapping in definition.get("portMappings", [])):
        found.append("a range of ports")
    driver = definition.get("logConfiguration", {}).get("logDriver", "awslogs")
    if driver != "awslogs":
        found.append(f"the log driver {driver}")
    return found


def not_enforced(definition: ContainerDefinitionOutputTypeDef) -> list[str]:
    """The limits that a container definition sets and nobody enforces, in words."""
    return list(dict.fromkeys(words for name, words in NOT_ENFORCED.items() if definition.get(name)))
