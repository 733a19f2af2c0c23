"""Errors told to a caller, as RFC 9457 `application/problem+json`."""

import json
import logging

from flask import Flask, Response
from werkzeug.exceptions import (
    BadRequest,
    Conflict,
    HTTPException,
    InternalServerError,
    NotFound,
    ServiceUnavailable,
)

log = logging.getLogger(__name__)


class Problem(HTTPException):
    """A kind of problem: its status comes from werkzeug, its title from the class, its detail from the raiser.

    `title` is the same for every occurrence and `type` is made from it, as RFC 9457 section 3.1 asks.
    """

    title: str

    def __init__(self, detail: str, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Missing(Problem, NotFound):
    """What the caller named does not exist."""


class Clash(Problem, Conflict):
    """What the caller wants contradicts what is stored."""


class Invalid(Problem, BadRequest):
    """The caller's words are not of the form that this API takes."""

    title = "Invalid request"


class Unavailable(Problem, ServiceUnavailable):
    """The request was right but cannot be served now; `retry_after` is in seconds."""

    title = "Try again later"

    def __init__(self, detail: str, retry_after: int = 1) -> None:
        super().__init__(detail, retry_after)


def answer_with_problems(app: Flask) -> None:
    """Let every error leave the application as a problem: ours, routing's (404, 405) and unforeseen ones (500)."""
    app.register_error_handler(HTTPException, _as_problem)
    app.register_error_handler(Exception, _unforeseen)


def _as_problem(error: HTTPException) -> Response:
    response = Response(
        json.dumps(_document(error)), status=error.code, content_type="application/problem+json"
    )
    # What werkzeug knows beyond the body: `Allow` on a 405.
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    if isinstance(error, Problem) and error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _unforeseen(error: Exception) -> Response:
    log.exception("Unforeseen error.")
    return _as_problem(InternalServerError("Something went wrong on our side. It has been logged."))


def _document(error: HTTPException) -> dict[str, object]:
    title = error.title if isinstance(error, Problem) else error.name
    return {
        "type": f"/problems/{title.lower().replace(' ', '-')}"
        if isinstance(error, Problem)
        else "about:blank",
        "title": title,
        "status": error.code,
        "detail": error.description,
    }
