"""AWS clients, made once per process. botocore honours `AWS_ENDPOINT_URL` for every service by itself.

Not boto3, which says nothing more here and takes a twentieth of a start to import.
"""

from __future__ import annotations

# Host names are encoded by it from the first request on, when there may be no descriptor left to open its file.
import encodings.idna  # noqa: F401
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from botocore.config import Config as ClientConfig
from botocore.exceptions import BotoCoreError
from botocore.session import Session

from app.kit.dynamodb_client import DynamoDBClient

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

# DynamoDB answers in milliseconds; a visitor is not kept waiting for a lost packet. Both in seconds.
CONNECT_TIMEOUT = 1
READ_TIMEOUT = 2


_prepared: dict[str, DynamoDBClient] = {}


def prepare(region: str) -> None:
    """Make the client that `dynamodb` gives, for processes forked from now on: a seventh of a start for each."""
    # Where credentials cannot be had now, each of them tries when it begins.
    with suppress(BotoCoreError):
        _prepared[region] = _client(region)


def dynamodb(region: str) -> DynamoDBClient:
    return _prepared.get(region) or _client(region)


def _client(region: str) -> DynamoDBClient:
    session = Session()
    # For its endpoint alone, which has many sources; it would take 20 MB of memory, so nobody keeps it.
    endpoint_url = session.create_client("dynamodb", region_name=region).meta.endpoint_url
    return DynamoDBClient(session, endpoint_url, region, CONNECT_TIMEOUT, READ_TIMEOUT)


def logs(region: str) -> CloudWatchLogsClient:
    """A CloudWatch Logs client that gives up soon: its caller tries again, and knows when to stop."""
    settings = ClientConfig(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
    return cast("CloudWatchLogsClient", Session().create_client("logs", region_name=region, config=settings))
