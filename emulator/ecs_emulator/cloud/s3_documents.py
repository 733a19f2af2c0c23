"""XML documents of requests to S3: whether one is what its operation takes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import ListShape, Shape, StringShape, StructureShape
from botocore.parsers import ResponseParserError
from werkzeug.wrappers import Request

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.model_constraints import constraint_error
from ecs_emulator.cloud.protocols import service_model, validation_error
from ecs_emulator.cloud.s3_document_rules import RULES
from ecs_emulator.cloud.s3_xml import MALFORMED, parsed

# Of which S3 says more than that the document is malformed.
_JUDGED_ELSEWHERE = {"Event", "FilterRuleName", "Protocol"}


def malformed(request: Request, is_object: bool) -> AwsError | None:
    """Error of a request, to an object or to a bucket, whose body is another document than its operation takes."""
    keys = [(request.method, name, is_object) for name in request.args]
    wanted = [(key[1], *_documents()[key]) for key in keys if key in _documents()]
    if not wanted:
        return None
    name, root, payload, shape = wanted[0]
    body = request.get_data().strip()
    if not body and name == "acl":
        return _without_body(request)
    # What comes before the root is a declaration, a comment, or a space.
    if f"<{root}".encode() not in body:
        return _malformed(name)
    try:
        members = parsed(body, shape)
    except (ResponseParserError, ValueError, AttributeError):
        return _malformed(name)
    if payload:
        document, model = members.get(payload, {}), shape.members[payload]
    else:
        document, model = {**_elsewhere(shape), **members}, shape
    if name in RULES and (found := next(RULES[name](document, is_object), None)):
        return AwsError(*found)
    if validation_error(model, document) or constraint_error(model, document) or next(_strays(model, document), None):
        return _malformed(name)
    return None


def _malformed(name: str) -> AwsError:
    return AwsError("MalformedACLError" if name == "acl" else "MalformedXML", MALFORMED)


def _without_body(request: Request) -> AwsError | None:
    if any(name.lower().startswith(("x-amz-acl", "x-amz-grant-")) for name, _ in request.headers):
        return None
    return AwsError("MissingSecurityHeader", "Your request was missing a required header")


def _strays(shape: Shape, value: Any) -> Iterator[str]:
    """Shapes of values that are none of their enumeration."""
    if isinstance(shape, StructureShape):
        for name, each in value.items():
            if name in shape.members:
                yield from _strays(shape.members[name], each)
    elif isinstance(shape, ListShape):
        for each in value:
            yield from _strays(shape.member, each)
    elif (
        isinstance(shape, StringShape) and value not in (shape.enum or [value]) and shape.name not in _JUDGED_ELSEWHERE
    ):
        yield shape.name


def _elsewhere(shape: Any) -> dict[str, str]:
    """Members that a request has outside of its document."""
    return {name: "there" for name in shape.required_members if "location" in shape.members[name].serialization}


@cache
def _documents() -> dict[tuple[str, str, bool], tuple[str, str, Any]]:
    """Roots, members and shapes of the documents that operations take, by method and subresource of buckets, or of
    objects.
    """
    documents: dict[tuple[str, str, bool], tuple[str, str, Any]] = {}
    model = service_model("s3")
    for operation in map(model.operation_model, model.operation_names):
        shape = operation.input_shape
        payload = shape.serialization.get("payload", "") if shape else ""
        path, _, query = operation.http["requestUri"].partition("?")
        subresource = query.partition("&")[0].partition("=")[0]
        if operation.deprecated or not shape or not subresource:
            continue
        if payload and shape.members[payload].type_name != "structure":
            continue
        document = shape.members[payload] if payload else shape
        if payload or "name" in document.serialization:
            root = document.serialization.get("name", document.name)
            documents[operation.http["method"], subresource, "Key" in path] = (root, payload, shape)
    return documents
