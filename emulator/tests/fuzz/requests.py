"""Bad requests to the endpoint, drawn from the models of services: nearly right inputs with something wrong in them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

SERVICES = (
    *("acm", "application-autoscaling", "cloudformation", "cloudwatch", "dynamodb", "ec2", "ecr", "ecs", "elbv2"),
    *("events", "iam", "kms", "logs", "s3", "secretsmanager", "sns", "sqs", "ssm", "sts"),
)
_NONSENSE: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**30, [], {}, [1], {"a": 1}, [[]], {"S": 1}),
    *("", "x", "é" * 10, "x" * 3_000, "../..", "<a>", "%00", "\x00", "arn:aws:x", "{{}}", "$.a", "{ $.a"),
)
_WORDS = ("web", "demo", "a", "x-1", "arn:aws:ecs:us-east-1:123456789012:cluster/demo")
_BODIES = (b"", b"{", b"[]", b"null", b"\xff", b'"x"', b"{" * 5_000)
_FORMS = (b"", b"Action", b"\xff=%ff", b"Action=Nonsense")
_PATHS = (
    *("/", "//", "/b", "/b/k", "/Bad_Name", "/b/%00", "/b/%ff", "/b?acl", "/b?cors", "/b?delete", "/b?lifecycle"),
    *("/b?list-type=2&max-keys=x", "/b?policy", "/b?tagging", "/b?versioning", "/b?website", "/b/k?tagging"),
    *("/b/k?uploads", "/b/k?uploadId=x&partNumber=z"),
)
_DOCUMENTS = (b"", b"<x", b"<a/>", b"\xff\xfe", b"{}", b"<Delete><Object></Object></Delete>")
_DEEPEST = 5


class BadRequest(NamedTuple):
    """Request before it is signed for `service`; `operation` is the one that it is drawn from."""

    service: str
    operation: str
    method: str
    path: str
    body: bytes
    headers: dict[str, str]


class BadRequests:
    """Source of bad requests: the same from the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        session = botocore.session.get_session()
        self._models = {name: session.get_service_model(name) for name in SERVICES}

    def draw(self) -> BadRequest:
        model = self._models[self._random.choice(SERVICES)]
        if model.service_name == "s3":
            return self._of_s3()
        operation = model.operation_model(self._random.choice(model.operation_names))
        given = self._value(operation.input_shape, 0) if operation.input_shape else {}
        spoken = self._form(model, operation, given) if model.protocol in ("query", "ec2") else None
        body, headers = spoken or self._json(model, operation, given)
        method = "POST"
        if self._rarely(0.02):
            method = self._random.choice(("GET", "PUT", "DELETE"))
        if self._rarely(0.02):
            headers["Content-Type"] = self._random.choice(("text/plain", "application/cbor", ""))
        return BadRequest(model.signing_name, operation.name, method, "/", body, headers)

    def _rarely(self, share: float) -> bool:
        return self._random.random() < share

    def _of_s3(self) -> BadRequest:
        headers = {}
        if self._rarely(0.3):
            headers["Range"] = self._random.choice(("bytes=x", "bytes=5-1", "bytes=-0", "items=1-2"))
        if self._rarely(0.2):
            headers["x-amz-copy-source"] = self._random.choice(("x", "/b/k", "%ff"))
        method = self._random.choice(("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS"))
        path = self._random.choice(_PATHS)
        return BadRequest("s3", method, method, path, self._random.choice(_DOCUMENTS), headers)

    def _form(self, model: ServiceModel, operation: OperationModel, given: Any) -> tuple[bytes, dict[str, str]]:
        members = list(_flat(given, "")) if isinstance(given, dict) else []
        fields = [("Action", operation.name), ("Version", model.api_version), *members]
        body = urlencode(fields).encode() if not self._rarely(0.05) else self._random.choice(_FORMS)
        return body, {"Content-Type": "application/x-www-form-urlencoded"}

    def _json(self, model: ServiceModel, operation: OperationModel, given: Any) -> tuple[bytes, dict[str, str]]:
        name = operation.name if not self._rarely(0.04) else "Nonsense"
        body = json.dumps(given).encode() if not self._rarely(0.05) else self._random.choice(_BODIES)
        content_type = self._random.choice(("application/x-amz-json-1.0", "application/x-amz-json-1.1"))
        target = f"{model.metadata.get('targetPrefix', 'Nonsense')}.{name}"
        return body, {"X-Amz-Target": target, "Content-Type": content_type}

    def _value(self, shape: Shape, depth: int) -> Any:
        if self._rarely(0.12):
            return self._random.choice(_NONSENSE)
        if isinstance(shape, StructureShape):
            return {
                member.serialization.get("name", name): self._value(member, depth + 1)
                for name, member in (shape.members.items() if depth <= _DEEPEST else ())
                if self._rarely(0.9 if name in shape.required_members else 0.25)
            }
        count = self._random.randrange(3) if depth < _DEEPEST else 0
        if isinstance(shape, ListShape):
            return [self._value(shape.member, depth + 1) for _ in range(count)]
        if isinstance(shape, MapShape):
            return {str(self._value(shape.key, depth + 1)): self._value(shape.value, depth + 1) for _ in range(count)}
        enum = getattr(shape, "enum", None)
        scalars: dict[str, Any] = {
            "string": self._random.choice(enum if enum and not self._rarely(0.2) else _WORDS),
            "integer": self._random.randrange(-2, 100),
            "long": self._random.randrange(-2, 100),
            "double": self._random.random() * 9,
            "float": self._random.random() * 9,
            "boolean": self._rarely(0.5),
            "blob": "YQ==",
            "timestamp": 1_700_000_000,
        }
        return scalars.get(shape.type_name, "x")


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _flat(each, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield from _flat(each, f"{name}.member.{number}")
    else:
        yield name, "" if value is None else str(value)
