"""Shapes of moto's answers in JSON: without nulls, and without members that the model of the service does not have.

AWS leaves out what there is not. DynamoDB's answers, and events of logs, are many and of their shape.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.model import ListShape, MapShape, OperationNotFoundError, Shape, StructureShape
from werkzeug.wrappers import Request

from ecs_emulator.cloud.protocols import service_model
from ecs_emulator.cloud.request_route import RequestRoute

_SAID = re.compile(rb"(?:\w+: )?An error occurred \(\w+\)\s+when calling the \w+\s+operation:\s*")
_SPACES = re.compile(rb" {2,}")
_OF_THEIR_SHAPE = {"FilterLogEvents", "GetLogEvents", "PutLogEvents"}


def shaped(request: Request, content: Iterable[bytes]) -> bytes:
    """An answer that went well, of its operation's output shape; as it is, where that is not known."""
    body = b"".join(content)
    called = RequestRoute.of(request)
    operation = called.target.rpartition(".")[2]
    if not body or called.scope == "dynamodb" or operation in _OF_THEIR_SHAPE:
        return body
    try:
        shape = service_model(called.scope).operation_model(operation).output_shape
        document = json.loads(body)
    except (UnknownServiceError, OperationNotFoundError, ValueError):
        return body
    fitting = _of(shape, document) if shape else document
    return body if fitting == document else json.dumps(fitting).encode()


def said_once(error: bytes) -> bytes:
    """An error without what its client puts before the message itself, and without the line breaks of moto's source."""
    return _SPACES.sub(b" ", _SAID.sub(b"", error)) if _SAID.search(error) else error


def _of(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        return {name: _of(members[name], each) for name, each in value.items() if name in members and each is not None}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_of(shape.member, each) for each in value if each is not None]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {name: _of(shape.value, each) for name, each in value.items() if each is not None}
    return value
