"""XML documents of requests to S3: whether one is what its operation takes."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus

from botocore.model import Shape
from botocore.parsers import ResponseParserError, create_parser
from werkzeug.wrappers import Request

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.protocols import service_model


def malformed(request: Request) -> AwsError | None:
    """Error of a request whose body is another document than its operation takes, or none at all."""
    wanted = [_documents()[key] for name in request.args if (key := (request.method, name)) in _documents()]
    if not wanted:
        return None
    body = request.get_data().strip()
    response = {"body": body, "headers": {}, "status_code": HTTPStatus.OK}
    root, shape = wanted[0]
    try:
        create_parser("rest-xml").parse(response, shape)
        # What comes before the root is a declaration, a comment, or a space.
        if f"<{root}".encode() in body:
            return None
    except (ResponseParserError, ValueError, AttributeError):
        pass
    return AwsError(
        "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"
    )


@cache
def _documents() -> dict[tuple[str, str], tuple[str, Shape]]:
    """Names and shapes of the documents that operations take, by method and subresource."""
    documents: dict[tuple[str, str], tuple[str, Shape]] = {}
    model = service_model("s3")
    for operation in map(model.operation_model, model.operation_names):
        shape = operation.input_shape
        payload = shape.serialization.get("payload") if shape else None
        subresource = operation.http["requestUri"].partition("?")[2].partition("&")[0].partition("=")[0]
        if not shape or not subresource or (payload and shape.members[payload].type_name != "structure"):
            continue
        document = shape.members[payload] if payload else shape
        if payload or "name" in document.serialization:
            root = document.serialization.get("name", document.name)
            documents[operation.http["method"], subresource] = (root, shape)
    return documents
