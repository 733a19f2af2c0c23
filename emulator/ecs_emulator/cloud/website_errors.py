"""Errors of S3's website endpoints: pages of HTML, with their code in a header too.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/CustomErrorDocSupport.html
"""

from __future__ import annotations

import base64
import secrets
from html import escape
from http import HTTPStatus

from werkzeug.wrappers import Response

_MESSAGES = {
    "AccessDenied": "Access Denied",
    "InvalidRange": "The requested range is not satisfiable",
    "MethodNotAllowed": "The specified method is not allowed against this resource.",
    "NoSuchBucket": "The specified bucket does not exist",
    "NoSuchKey": "The specified key does not exist.",
    "NoSuchWebsiteConfiguration": "The specified bucket does not have a website configuration",
    "PreconditionFailed": "At least one of the pre-conditions you specified did not hold",
}
_STATUS = {
    "AccessDenied": HTTPStatus.FORBIDDEN,
    "InvalidRange": HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    "MethodNotAllowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "PreconditionFailed": HTTPStatus.PRECONDITION_FAILED,
}


class WebsiteError(Exception):
    """An error with its code, `NoSuchKey`, and what it is about: `Key`, `index.html`."""

    def __init__(self, code: str, **about: str) -> None:
        super().__init__(code)
        self.code = code
        self.about = about

    @property
    def status(self) -> HTTPStatus:
        return _STATUS.get(self.code, HTTPStatus.NOT_FOUND)


def ids() -> dict[str, str]:
    """The two ids of an answer, by their headers."""
    return {
        "x-amz-request-id": secrets.token_hex(8).upper(),
        "x-amz-id-2": base64.b64encode(secrets.token_bytes(56)).decode(),
    }


def page(error: WebsiteError, of_document: WebsiteError | None = None) -> Response:
    """The page of an error; `of_document` is why the bucket's own page cannot be had."""
    known = ids()
    title = f"{error.status.value} {error.status.phrase}"
    last = [("RequestId", known["x-amz-request-id"]), ("HostId", known["x-amz-id-2"])]
    text = [f"<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>", *_items(error, last)]
    if of_document:
        text += ["<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>"]
        text += _items(of_document, [])
    text += ["<hr/>\n</body>\n</html>\n"]
    response = Response("\n".join(text), status=error.status, content_type="text/html; charset=utf-8")
    response.headers.extend({**known, "Server": "AmazonS3", "x-amz-error-code": error.code})
    response.headers["x-amz-error-message"] = _MESSAGES[error.code]
    if error.code == "MethodNotAllowed":
        response.headers["Allow"] = "GET, HEAD"
    return response


def _items(error: WebsiteError, last: list[tuple[str, str]]) -> list[str]:
    stated = [("Code", error.code), ("Message", _MESSAGES[error.code]), *error.about.items(), *last]
    return ["<ul>", *(f"<li>{name}: {escape(value)}</li>" for name, value in stated), "</ul>"]
