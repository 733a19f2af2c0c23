"""ARNs: the names that ECS gives, and the resources that callers mean by a name or an ARN."""

from __future__ import annotations

import base64
import random
import uuid
from dataclasses import dataclass

from ecs_emulator.local import ACCOUNT


@dataclass(frozen=True)
class Arns:
    """The identifiers that ECS makes up are drawn from `source`."""

    region: str
    source: random.Random

    @property
    def caller(self) -> str:
        return f"arn:aws:iam::{ACCOUNT}:root"

    def cluster(self, name: str) -> str:
        return self._arn(f"cluster/{name}")

    def capacity_provider(self, name: str) -> str:
        return self._arn(f"capacity-provider/{name}")

    def service(self, cluster: str, name: str) -> str:
        return self._arn(f"service/{cluster}/{name}")

    def task_definition(self, family: str, revision: int) -> str:
        return self._arn(f"task-definition/{family}:{revision}")

    def task(self, cluster: str, task_id: str) -> str:
        return self._arn(f"task/{cluster}/{task_id}")

    def container(self, cluster: str, task_id: str, name: str) -> str:
        return self._arn(f"container/{cluster}/{task_id}/{uuid.uuid5(uuid.NAMESPACE_OID, f'{task_id}/{name}')}")

    def service_deployment(self, cluster: str, service: str) -> str:
        token = base64.urlsafe_b64encode(self.source.randbytes(16)).decode().rstrip("=")
        return self._arn(f"service-deployment/{cluster}/{service}/{token}")

    def service_revision(self, cluster: str, service: str) -> str:
        return self._arn(f"service-revision/{cluster}/{service}/{self._number()}")

    def task_id(self) -> str:
        return self._uuid().hex

    def event_id(self) -> str:
        return str(self._uuid())

    def deployment_id(self) -> str:
        return f"ecs-svc/{self._number()}"

    def _arn(self, resource: str) -> str:
        return f"arn:aws:ecs:{self.region}:{ACCOUNT}:{resource}"

    def _number(self) -> int:
        """As ECS numbers its deployments and service revisions: nineteen digits."""
        return self.source.randrange(10**18, 10**19)

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.source.getrandbits(128), version=4)


def resource(reference: str) -> list[str]:
    """The parts of what an ARN names, its kind first; a name by itself is its only part."""
    return reference.split(":", 5)[-1].split("/") if reference.startswith("arn:") else reference.split("/")


def name(reference: str) -> str:
    """The name in a name, a short ARN (`service/web`) or an ARN, with or without the cluster in it."""
    return resource(reference)[-1]
