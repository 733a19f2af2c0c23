"""Canonical log line: a request id for every request, and one event for each, written when its answer is ready."""

from __future__ import annotations

import logging
import random
import string
import time
from contextvars import ContextVar, Token
from typing import Any
from urllib.parse import quote

log = logging.getLogger(__name__)

# Whatever a caller sends, an id stays short and plain: it goes into a header and into every log event.
_PLAIN = string.ascii_letters + string.digits + "._:=;/-"
_LONGEST_ID = 128
# Characters of a method and of a path that a log event carries.
LONGEST_METHOD = 32
LONGEST_PATH = 256

_UNQUOTED = _PLAIN.translate(str.maketrans("", "", ":=;"))  # of what `quote` leaves as it is
_TEMPLATE = vars(logging.LogRecord(log.name, logging.INFO, "", 0, "", (), None))


class RequestEvent:
    """Log event of a request that is being served: what is known of it before the answer."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.started = time.perf_counter()
        self.request_id = _given_id(environ) or _new_id()
        self.message = "Request answered."
        self.fields: dict[str, Any] = {}
        self._environ = environ

    def write(self, status: int) -> bool:
        """Write it, with the status of the answer; False where there is nothing to write."""
        path = self._environ["PATH_INFO"]
        # The load balancer asks every few seconds for ever: only its failures are news.
        if path == "/health" and status < 400:
            return False
        level = logging.ERROR if status >= 500 else logging.INFO
        if not log.isEnabledFor(level):
            return False
        record = _record(level, self.message)
        record.__dict__.update(
            method=self._environ["REQUEST_METHOD"][:LONGEST_METHOD],
            # As it came, or a path could hold the text that somebody looks for.
            path=_quoted(path[:LONGEST_PATH])[:LONGEST_PATH],
            status=status,
            duration_ms=round((time.perf_counter() - self.started) * 1000, 3),
            **self.fields,
        )
        log.handle(record)
        return True


_current = ContextVar[RequestEvent | None]("event", default=None)


def _record(level: int, message: str) -> logging.LogRecord:
    """A record made from another: nobody asks for the line of code, the thread and the process of a request's event."""
    record = logging.LogRecord.__new__(logging.LogRecord)
    now = time.time()
    record.__dict__ = _TEMPLATE | {
        "levelno": level,
        "levelname": logging.getLevelName(level),
        "msg": message,
        "created": now,
        "msecs": now % 1 * 1000,
    }
    return record


def _new_id() -> str:
    """As many digits as a UUID has. It tells requests apart and opens nothing, so it takes no call of the system."""
    return f"{random.getrandbits(128):032x}"


def _quoted(path: str) -> str:
    return quote(path, encoding="latin-1") if path.strip(_UNQUOTED) else path


def begin(environ: dict[str, Any]) -> tuple[RequestEvent, Token[RequestEvent | None]]:
    """The event of the request that is served from now on, until `end` is given the token."""
    event = RequestEvent(environ)
    return event, _current.set(event)


def end(token: Token[RequestEvent | None]) -> None:
    _current.reset(token)


def request_id() -> str | None:
    """The id of the request being served, None outside of one."""
    event = _current.get()
    return event.request_id if event else None


def set_event(message: str, **fields: Any) -> None:
    """Say what this request did: the message of its one log event, and fields beside it."""
    if event := _current.get():
        event.message = message
        event.fields |= fields


def bind(**fields: Any) -> None:
    """Add fields to the log event of this request."""
    if event := _current.get():
        event.fields |= fields


def _given_id(environ: dict[str, Any]) -> str | None:
    """`X-Request-ID`, or the trace id that a load balancer adds (`X-Amzn-Trace-Id: Root=1-…`), when well-formed."""
    for header in ("HTTP_X_REQUEST_ID", "HTTP_X_AMZN_TRACE_ID"):
        given: str = environ.get(header, "")
        if given and len(given) <= _LONGEST_ID and not given.strip(_PLAIN):
            return given
    return None
