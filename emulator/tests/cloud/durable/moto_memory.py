"""Forgetting what moto has in memory, as the end of its process does."""

from __future__ import annotations

from moto.dynamodb.models import dynamodb_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from ecs_emulator.local import ACCOUNT, REGION


def forget() -> None:
    """All data of this region and all buckets."""
    for backends in (dynamodb_backends, logs_backends, ssm_backends, secretsmanager_backends):
        backends[ACCOUNT][REGION].reset()
    s3_backends[ACCOUNT]["aws"].reset()
    s3_backends.bucket_accounts.clear()
