"""Calls of moto, as far as they matter for what may have changed afterwards."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from moto.iam.models import get_account_id_from
from moto.s3.responses import S3Response
from moto.s3.utils import bucket_name_from_url
from moto.utilities.utils import get_partition
from werkzeug.wrappers import Request

from ecs_emulator.cloud.durable.codec import container
from ecs_emulator.cloud.request_route import RequestRoute

_TARGETS = {
    "DynamoDB_20120810": "dynamodb",
    "Logs_20140328": "logs",
    "AmazonSSM": "ssm",
    "secretsmanager": "secretsmanager",
}
_READS = (
    "BatchGet",
    "Describe",
    "Get",
    "Head",
    "List",
    "Lookup",
    "Query",
    "Scan",
    "Search",
    "Select",
    "Simulate",
    "Test",
)
_OTHER_READS = {"FilterLogEvents", "StartQuery", "StopQuery", "TransactGetItems", "ValidateTemplate"}

_OF_DATA = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems", "PutLogEvents"}

# In the User-Agent of the emulator's own AWS clients, and of no others: what people make by hand can be told apart.
OURS = "ecs-emulator"


@dataclass(frozen=True)
class Call:
    """`given` is the body of a call in JSON; an object of S3 is named by `bucket` and `key`."""

    service: str
    operation: str
    account: str
    region: str
    given: dict[str, Any] = field(default_factory=dict)
    bucket: str = ""
    key: str = ""
    query: dict[str, list[str]] = field(default_factory=dict)
    is_ours: bool = False

    @classmethod
    def of(cls, request: Request) -> Call:
        """Read once for each request."""
        if "ecs_emulator.call" not in request.environ:
            request.environ["ecs_emulator.call"] = cls._read(request)
        call: Call = request.environ["ecs_emulator.call"]
        return call

    @classmethod
    def _read(cls, request: Request) -> Call:
        called = RequestRoute.of(request)
        credential = re.search(r"Credential=([^/\s]+)/[^/]*/([^/]+)/", request.headers.get("Authorization", ""))
        query = parse_qs(request.query_string.decode("latin-1"), keep_blank_values=True)
        if credential is None and "X-Amz-Credential" in query:
            credential = re.match(r"([^/]+)/[^/]*/([^/]+)/()", query["X-Amz-Credential"][0])
        account = get_account_id_from(credential[1] if credential else "")
        region = credential[2] if credential else "us-east-1"
        is_ours = OURS in request.headers.get("User-Agent", "")
        if called.target:
            target, _, operation = called.target.partition(".")
            service = _TARGETS.get(target) or called.scope or target.lower()
            return cls(service, operation, account, region, _json(request), is_ours=is_ours)
        # Whatever type its body has: curl and others say that it is a form's where nobody names one.
        if called.scope in ("", "s3"):
            bucket, key = _object(request)
            operation = "List" if request.method in ("GET", "HEAD", "OPTIONS") else request.method
            return cls("s3", operation, account, region, {}, bucket, key, query, is_ours)
        if called.is_form:
            form = parse_qs(request.get_data().decode("latin-1"))
            names = {name: values[0] for name, values in form.items()}
            return cls(called.scope, names.get("Action", ""), account, region, names, is_ours=is_ours)
        operation = "List" if request.method in ("GET", "HEAD", "OPTIONS") else f"{request.method} {request.path}"
        return cls(called.scope, operation, account, region, {}, is_ours=is_ours)

    @property
    def is_of_data(self) -> bool:
        """True when it is about what is in a table, a bucket or a log stream."""
        return self.operation in _OF_DATA or bool(self.key)

    @property
    def reads(self) -> bool:
        return self.operation.startswith(_READS) or self.operation in _OTHER_READS

    def container(self, name: str = "") -> str:
        """Of a bucket, a table or a log group in the account and region of this call."""
        return container(self.account, get_partition(self.region) if self.service == "s3" else self.region, name)


def _json(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _object(request: Request) -> tuple[str, str]:
    """The bucket and the key, either of them may be empty; by the host or by the path, as moto decides."""
    try:
        if S3Response.subdomain_based_buckets(request):
            return bucket_name_from_url(request.url) or "", request.path.lstrip("/")
    except ValueError:  # a host that is none
        return "", ""
    bucket, _, key = request.path.lstrip("/").partition("/")
    return bucket, key
