"""AWS clients, made once per process. boto3 honours `AWS_ENDPOINT_URL` for every service by itself."""

from __future__ import annotations

# Host names are encoded by it from the first request on, when there may be no descriptor left to open its file.
import encodings.idna  # noqa: F401
from typing import TYPE_CHECKING, NamedTuple

import boto3
import botocore.session
from botocore.config import Config as ClientConfig

from app.kit.dynamodb_client import ItemClient

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_logs import CloudWatchLogsClient

# DynamoDB answers in milliseconds; a visitor is not kept waiting for a lost packet. Both in seconds.
CONNECT_TIMEOUT = 1
READ_TIMEOUT = 2


class DynamoDB(NamedTuple):
    """Two clients that speak plain Python types: one for calls on a row, and boto3's for pages of a query or scan.

    They may be shared between threads.
    """

    items: ItemClient
    pages: DynamoDBClient


def dynamodb(region: str, connections: int) -> DynamoDB:
    core = botocore.session.Session()
    session = boto3.session.Session(region_name=region, botocore_session=core)
    settings = ClientConfig(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={"total_max_attempts": 3, "mode": "standard"},
        # One connection for each thread, or urllib3 throws connections away under load.
        max_pool_connections=connections,
    )
    pages = session.resource("dynamodb", config=settings).meta.client
    # Else botocore would open a file with the first list, when there may be no descriptor left.
    pages.can_paginate("scan")
    items = ItemClient(core, pages.meta.endpoint_url, region, connections, CONNECT_TIMEOUT, READ_TIMEOUT)
    return DynamoDB(items, pages)


def logs(region: str) -> CloudWatchLogsClient:
    """A CloudWatch Logs client that gives up soon: its caller tries again, and knows when to stop."""
    settings = ClientConfig(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
    return boto3.session.Session(region_name=region).client("logs", config=settings)
