"""Clouds of a test's own, their clients, and requests as no client would send them."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

import boto3
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from ecs_emulator.access_key import AccessKey
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION
from emulator.tests.support.waiting import PATIENCE

BODY = b"0123456789"  # of an object that is there

JSON = "application/x-amz-json-1.1"
FORM = "application/x-www-form-urlencoded"
_SIGNED_FOR = "signed for "


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
    session = session_of(cloud.key)
    config = Config(retries={"total_max_attempts": attempts}, read_timeout=PATIENCE)
    return session.client(cast("Any", service), endpoint_url=cloud.url, config=config)


def session_of(key: AccessKey) -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=key.id,
        aws_secret_access_key=key.secret,
        aws_session_token=key.token or None,
        region_name=REGION,
    )


def signed_for(service: str) -> str:
    """An Authorization header that `ask` replaces by a signature."""
    return f"{_SIGNED_FOR}{service}"


def signed(
    key: AccessKey, service: str, url: str, body: bytes = b"", method: str = "POST", **headers: str
) -> dict[str, str]:
    """The headers of a request, signed as botocore signs."""
    request = AWSRequest(method, url, headers, body)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(Credentials(key.id, key.secret, key.token or None), service, REGION).add_auth(request)
    return dict(request.headers.items())


def refused(call: Callable[..., Any], /, **given: Any) -> tuple[int, str, str]:
    """Status, code and message of the error that a client's call is answered with."""
    with pytest.raises(ClientError) as caught:
        call(**given)
    answer: Any = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(cloud: Cloud, body: bytes = b"", method: str = "POST", path: str = "/", **headers: str) -> Answer:
    """Send exactly this; `_` in the name of a header stands for `-`."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    if told.get("Authorization", "").startswith(_SIGNED_FOR):
        service = told.pop("Authorization").removeprefix(_SIGNED_FOR)
        told = signed(cloud.key, service, cloud.url + path, body, method, **told)
    connection = http.client.HTTPConnection(cloud.url.removeprefix("http://"), timeout=PATIENCE)
    try:
        connection.request(method, path, body, told)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
