"""The secrets of Secrets Manager, with their versions and stages, and the random end of their ARNs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from moto.secretsmanager.models import FakeSecret, ReplicaSecret, secretsmanager_backends

from ecs_emulator.cloud.durable.codec import container, fields_of, parts, set_fields
from ecs_emulator.cloud.durable.database import Cell, Database, Document
from ecs_emulator.cloud.durable.kind import Plain

_SECRET = (
    "arn",
    "secret_string",
    "secret_binary",
    "description",
    "tags",
    "kms_key_id",
    "version_stages",
    "last_changed_date",
    "created_date",
    "rotation_requested",
    "rotation_enabled",
    "rotation_lambda_arn",
    "auto_rotate_after_days",
    "deleted_date",
    "policy",
    "next_rotation_date",
    "last_rotation_date",
    "versions",
    "default_version_id",
)
_REPLICA = ("region", "status", "message", "has_replica", "config")


class Secrets(Plain):
    """A cell is a name."""

    name = "secret"

    def containers(self) -> Iterable[str]:
        for account, regions in list(secretsmanager_backends.items()):
            yield from (container(account, region) for region in list(regions))

    def cells(self, container: str) -> Iterator[Cell]:
        for secret in list(dict.values(self._secrets(container))):
            if isinstance(secret, FakeSecret):
                yield Cell(self.name, container, secret.name)

    def document(self, cell: Cell) -> Document | None:
        secret = dict.get(self._secrets(cell.container), cell.key)
        if not isinstance(secret, FakeSecret):
            return None
        return {**fields_of(secret, _SECRET), "replicas": [fields_of(each, _REPLICA) for each in secret.replicas]}

    def put(self, cell: Cell, document: Document | None, database: Database) -> None:  # noqa: ARG002
        account, region, _ = parts(cell.container)
        dict.pop(self._secrets(cell.container), cell.key, None)
        if document is None:
            return
        secret = FakeSecret(account, region, cell.key, {}, "")
        set_fields(secret, document, _SECRET)
        dict.__setitem__(self._secrets(cell.container), cell.key, secret)
        for each in document["replicas"]:
            replica = ReplicaSecret(secret, each["region"])
            set_fields(replica, each, _REPLICA)
            secret.replicas.append(replica)
            if replica.has_replica:
                secretsmanager_backends[account][replica.region].secrets[replica.arn] = replica

    def _secrets(self, container: str) -> Any:
        account, region, _ = parts(container)
        return secretsmanager_backends[account][region].secrets
