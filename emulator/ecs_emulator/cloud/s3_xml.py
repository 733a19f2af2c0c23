"""XML documents of S3, read by the shapes of its model."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from botocore.model import Shape
from botocore.parsers import create_parser

MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"


def parsed(xml: bytes, shape: Shape | None) -> dict[str, Any]:
    """Members of a document. Raises ResponseParserError, ValueError and AttributeError."""
    response = {"body": xml, "headers": {}, "status_code": HTTPStatus.OK}
    members: dict[str, Any] = create_parser("rest-xml").parse(response, cast("Shape", shape))
    members.pop("ResponseMetadata", None)
    return members
