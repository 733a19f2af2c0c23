"""AWS clients, made once per process. boto3 honours `AWS_ENDPOINT_URL` for every service by itself."""

from __future__ import annotations

# Host names are encoded by it from the first request on, when there may be no descriptor left to open its file.
import encodings.idna  # noqa: F401
from typing import TYPE_CHECKING, NamedTuple

import boto3
from botocore.config import Config as ClientConfig

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_logs import CloudWatchLogsClient


class DynamoDB(NamedTuple):
    """Two clients that speak plain Python types. A client may be shared between threads; a resource may not."""

    reads: DynamoDBClient
    writes: DynamoDBClient


def dynamodb(region: str, connections: int) -> DynamoDB:
    session = boto3.session.Session(region_name=region)

    def client(attempts: int) -> DynamoDBClient:
        settings = ClientConfig(
            # DynamoDB answers in milliseconds; a visitor is not kept waiting for a lost packet.
            connect_timeout=1,
            read_timeout=2,
            retries={"total_max_attempts": attempts, "mode": "standard"},
            # One connection for each thread, or urllib3 throws connections away under load.
            max_pool_connections=connections,
        )
        made = session.resource("dynamodb", config=settings).meta.client
        # Else botocore would open a file with the first list, when there may be no descriptor left.
        made.can_paginate("scan")
        return made

    # A read may be sent again. A write may not: when only its answer was lost, a blind retry counts a like twice.
    return DynamoDB(reads=client(attempts=3), writes=client(attempts=1))


def logs(region: str) -> CloudWatchLogsClient:
    """A CloudWatch Logs client that gives up soon: its caller tries again, and knows when to stop."""
    settings = ClientConfig(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
    return boto3.session.Session(region_name=region).client("logs", config=settings)
