"""Canonical log line: a request id for every request, and one event for each, written when its answer is ready."""

import logging
import re
import time
import uuid
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, g, has_request_context, request

log = logging.getLogger(__name__)

# Whatever a caller sends, an id stays short and plain: it goes into a header and into every log event.
_PLAIN_ID = re.compile(r"[A-Za-z0-9._:=;/-]{1,128}")
# Characters of a method and of a path that a log event carries.
LONGEST_METHOD = 32
LONGEST_PATH = 256


def request_id() -> str | None:
    """The id of the request being served, None outside of one."""
    return g.get("request_id") if has_request_context() else None


def set_event(message: str, **fields: Any) -> None:
    """Say what this request did: the message of its one log event, and fields beside it."""
    g.message = message
    bind(**fields)


def bind(**fields: Any) -> None:
    """Add fields to the log event of this request."""
    g.fields = g.get("fields", {}) | fields


def log_every_request(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        g.request_id = _given_id() or uuid.uuid4().hex

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.request_id
        # The load balancer asks every few seconds for ever: only its failures are news.
        if request.path == "/health" and response.status_code < 400:
            return response
        log.log(
            logging.ERROR if response.status_code >= 500 else logging.INFO,
            g.get("message", "Request answered."),
            extra={
                "method": request.method[:LONGEST_METHOD],
                # As it came, or a path could hold the text that somebody looks for.
                "path": quote(request.environ["PATH_INFO"][:LONGEST_PATH], encoding="latin-1")[:LONGEST_PATH],
                "status": response.status_code,
                "duration_ms": round((time.perf_counter() - g.started) * 1000, 3),
                **g.get("fields", {}),
            },
        )
        return response


def _given_id() -> str | None:
    """`X-Request-ID`, or the trace id that a load balancer adds (`X-Amzn-Trace-Id: Root=1-…`), when well-formed."""
    for header in ("X-Request-ID", "X-Amzn-Trace-Id"):
        given = request.headers.get(header, "")
        if _PLAIN_ID.fullmatch(given):
            return given
    return None
