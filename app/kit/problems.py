"""Problems: errors told to a caller, as RFC 9457 `application/problem+json`."""

import errno
import json
import traceback

from flask import Flask, Response
from werkzeug.exceptions import (
    BadRequest,
    Conflict,
    HTTPException,
    InternalServerError,
    NotFound,
    RequestURITooLarge,
    ServiceUnavailable,
)

from app.kit.request_log import bind

# Characters of a traceback that a log event carries: the end tells what happened.
LONGEST_TRACEBACK = 8_000


# What werkzeug says of these is meant for people with a browser's address bar.
_ROUTING = {404: "There is nothing at this address.", 405: "This address does not take this method."}


class Problem(HTTPException):
    """A kind of problem: its status comes from werkzeug, its title from the class, its detail from the raiser.

    `title` is the same for every occurrence and `type` is made from it, as RFC 9457 section 3.1 asks.
    """

    title: str


class Missing(Problem, NotFound):
    """Resource that the caller named and that does not exist."""


class Clash(Problem, Conflict):
    """Conflict of what the caller wants with what is stored."""


class Invalid(Problem, BadRequest):
    """The caller's words are not of the form that this API takes."""

    title = "Invalid request"


class AddressTooLong(Problem, RequestURITooLarge):
    """Longer than a load balancer lets through."""

    title = "Address too long"

    def __init__(self) -> None:
        super().__init__("No address here is as long as this.")


class Unavailable(Problem, ServiceUnavailable):
    """The request was right but cannot be served now; `retry_after` is in seconds."""

    title = "Try again later"

    def __init__(self, detail: str, retry_after: int = 1) -> None:
        ServiceUnavailable.__init__(self, detail, retry_after=retry_after)


def answer_with_problems(app: Flask) -> None:
    """Let every error leave the application as a problem: ours, routing's (404, 405) and unforeseen ones (500)."""
    app.register_error_handler(HTTPException, _as_problem)
    app.register_error_handler(Exception, _unforeseen)


def answer_to(error: Exception) -> Response:
    """The problem that an error is."""
    return _as_problem(error) if isinstance(error, HTTPException) else _unforeseen(error)


def _as_problem(error: HTTPException) -> Response:
    response = Response(json.dumps(_document(error)), status=error.code, content_type="application/problem+json")
    # What werkzeug knows beyond the body: `Allow` on a 405, `Retry-After` on a 503.
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    if isinstance(error, Unavailable) and error.__cause__:
        bind(cause=repr(error.__cause__)[:300])
    return response


def is_out_of_files(error: BaseException) -> bool:
    """True when this process (EMFILE) or this machine (ENFILE) had no file descriptor left: that passes."""
    return isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)


def _unforeseen(error: Exception) -> Response:
    if is_out_of_files(error):
        bind(cause=repr(error)[:300])
        return _as_problem(Unavailable("Too much is open at once."))
    bind(exception="".join(traceback.format_exception(error))[-LONGEST_TRACEBACK:])
    return _as_problem(InternalServerError("Something went wrong on our side. It has been logged."))


def type_of(problem: type[Problem]) -> str:
    return f"/problems/{problem.title.lower().replace(' ', '-')}"


def _document(error: HTTPException) -> dict[str, object]:
    """The members of RFC 9457."""
    if isinstance(error, Problem):
        kind, title, detail = type_of(type(error)), error.title, error.description
    else:
        kind, title, detail = "about:blank", error.name, _ROUTING.get(error.code or 500, error.description or "")
    return {"type": kind, "title": title, "status": error.code, "detail": detail}
