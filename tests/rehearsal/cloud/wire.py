"""Clouds of a test's own, their clients, and requests as no client would send them."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

import boto3
from botocore.config import Config

from rehearsal.cloud.endpoint import Cloud
from rehearsal.local import REGION
from tests.platform_runner import PATIENCE

JSON = "application/x-amz-json-1.1"
FORM = "application/x-www-form-urlencoded"


@contextmanager
def strict_cloud() -> Iterator[Cloud]:
    """A cloud in which an answer that does not fit its model is a failure."""
    cloud = Cloud(port=0, strict=True)
    try:
        yield cloud
    finally:
        cloud.close()


def client(cloud: Cloud, service: str, attempts: int = 1) -> Any:
    """A client of boto3, which by itself asks five times."""
    session = boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=REGION)
    config = Config(retries={"total_max_attempts": attempts}, read_timeout=PATIENCE)
    return session.client(cast("Any", service), endpoint_url=cloud.url, config=config)


def signed_for(service: str) -> str:
    """An Authorization header; nobody looks at its signature."""
    scope = f"local/20260101/{REGION}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(cloud: Cloud, body: bytes = b"", method: str = "POST", path: str = "/", **headers: str) -> Answer:
    """Send exactly this; `_` in the name of a header stands for `-`."""
    connection = http.client.HTTPConnection(cloud.url.removeprefix("http://"), timeout=PATIENCE)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
