"""Error responses of any service, as the protocol of the request writes them."""

from __future__ import annotations

import json
from uuid import uuid4
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from werkzeug.wrappers import Request, Response

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.protocols import service_model
from ecs_emulator.cloud.query_protocol import legible
from ecs_emulator.cloud.request_route import RequestRoute

_SPEAK_XML = {"s3-control", "cloudfront", "route53"}
_JSON = {"application/x-amz-json-1.0", "application/x-amz-json-1.1"}


def protocol(called: RequestRoute) -> str:
    """Protocol in which a request is told of an error: `json`, `query`, `ec2`, `s3`, `rest-json` or `rest-xml`."""
    if called.target:
        return "json"
    if called.scope in ("ec2", "s3"):
        return called.scope
    if called.is_form:
        return "query"
    if called.scope == "":
        # Without a signature a request is one of S3.
        return "s3"
    if called.scope in _SPEAK_XML:
        return "rest-xml"
    try:
        spoken = str(service_model(called.scope).metadata["protocol"])
    except UnknownServiceError:
        return "rest-json"
    return spoken if spoken in ("query", "rest-xml", "json") else "rest-json"


def refusal(request: Request, error: AwsError) -> Response:
    """The answer that a client takes for this error."""
    called, request_id = RequestRoute.of(request), str(uuid4())
    spoken = protocol(called)
    if spoken in ("json", "rest-json"):
        document = json.dumps({"__type": error.code, "message": error.message})
        content_type = called.content_type if called.content_type in _JSON else "application/json"
    else:
        detail = f"<Code>{error.code}</Code><Message>{escape(legible(error.message))}</Message>"
        content_type = "text/xml"
        if spoken == "ec2":
            document = (
                f"<Response><Errors><Error>{detail}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
            )
        elif spoken == "s3":
            document = f"<Error>{detail}<RequestId>{request_id}</RequestId></Error>"
        else:
            document = f"<ErrorResponse><Error>{detail}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": error.code}
    return Response(document, status=error.status, headers=headers, content_type=content_type)
