"""Clusters, and the services and tasks in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler.arns import Arns, name
from ecs_emulator.scheduler.deployments import Settings
from ecs_emulator.scheduler.services import Service
from ecs_emulator.scheduler.tasks import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ClusterSettingTypeDef, CreateClusterRequestTypeDef, TagTypeDef


@dataclass
class Cluster:
    name: str
    arn: str
    settings: list[ClusterSettingTypeDef]
    options: Settings = field(default_factory=dict)  # configuration, capacityProviders, …
    tags: list[TagTypeDef] = field(default_factory=list)
    status: str = "ACTIVE"
    services: dict[str, Service] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)  # by id, the stopped ones too

    def service(self, reference: str) -> Service:
        """Raises AwsError."""
        found = self.services.get(name(reference))
        if not found:
            raise AwsError("ServiceNotFoundException", "Service not found.")
        return found

    def active_service(self, reference: str) -> Service:
        """Raises AwsError."""
        found = self.service(reference)
        if found.status != "ACTIVE":
            raise AwsError("ServiceNotActiveException", "Service was not ACTIVE.")
        return found


class Clusters:
    def __init__(self, arns: Arns) -> None:
        self._arns = arns
        self._clusters: dict[str, Cluster] = {}

    def create(self, request: CreateClusterRequestTypeDef) -> Cluster:
        """From CreateCluster's input; a cluster that exists is the answer as it is."""
        cluster_name = request.get("clusterName") or "default"
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", cluster_name):
            raise AwsError("InvalidParameterException", "Identifier contains invalid characters.")
        found = self._clusters.get(cluster_name)
        if found and found.status == "ACTIVE":
            return found
        cluster = Cluster(
            cluster_name,
            self._arns.cluster(cluster_name),
            settings=list(request.get("settings") or [{"name": "containerInsights", "value": "disabled"}]),
            tags=list(request.get("tags", [])),
        )
        cluster.options = {
            key: request[key]
            for key in (
                "configuration",
                "capacityProviders",
                "defaultCapacityProviderStrategy",
                "serviceConnectDefaults",
            )
            if key in request
        }
        self._clusters[cluster_name] = cluster
        return cluster

    def find(self, reference: str | None) -> Cluster:
        """By name or ARN; `default` when none is named. Raises AwsError."""
        found = self.known(reference)
        if not found or found.status != "ACTIVE":
            raise AwsError("ClusterNotFoundException", "Cluster not found.")
        return found

    def known(self, reference: str | None) -> Cluster | None:
        """The same, with those that are deleted; None when there never was one."""
        return self._clusters.get(name(reference or "default"))

    def delete(self, reference: str) -> Cluster:
        """Raises AwsError while anything is in it."""
        cluster = self.find(reference)
        if any(service.status != "INACTIVE" for service in cluster.services.values()):
            raise AwsError(
                "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."
            )
        if any(not task.gone for task in cluster.tasks.values()):
            raise AwsError("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")
        cluster.status = "INACTIVE"
        return cluster

    def all(self) -> list[Cluster]:
        return [self._clusters[each] for each in sorted(self._clusters)]
